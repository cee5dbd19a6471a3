import { RequestError } from "../../shared/errors.ts";
import { optionsSchema, parseOptions } from "../../shared/tasks/options.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { Json, JsonObject, TaskDefinition } from "../../shared/tasks/task.ts";
import { UsageError } from "../exit.ts";
import { type FleetClient, MASTER_UNREACHABLE, type TaskView } from "../sdk/index.ts";
import { alternatives, type OptionSchema, optionSchemas } from "./optionSchema.ts";

/** What `upload` needs of a task. */
export interface KnownTask {
  readonly name: string;
  readonly extensions: readonly string[];
  /** JSON Schema of each option. */
  readonly options: Readonly<Record<string, OptionSchema>>;
  /** Undefined for a task that only the master knows. */
  readonly definition: TaskDefinition | undefined;
}

/**
 * Finds a task by name, in this version first, then at the master, which may be newer.
 * @throws UsageError that lists the valid names
 */
export async function findTask(name: string, client: FleetClient, signal: AbortSignal): Promise<KnownTask> {
  const definition = TASKS.find((task) => task.name === name);
  if (definition !== undefined) {
    const options = optionSchemas(optionsSchema(definition));
    return { name, extensions: definition.extensions, options, definition };
  }
  const others = await tasksOfMaster(client, signal);
  const other = others?.find((task) => task.task_type === name);
  if (other !== undefined)
    return {
      name,
      extensions: other.extensions,
      options: optionSchemas(other.options),
      definition: undefined,
    };
  const valid = others?.map((task) => task.task_type) ?? TASKS.map((task) => task.name);
  throw new UsageError(`There is no task ${name}.`, { valid_values: valid });
}

/**
 * Reads `key=value` pairs and JSON objects into one options object. A value is read as JSON (numbers, true,
 * false, lists) where it is valid JSON, else as text; an option that is a text by its schema gets the text itself.
 * @throws UsageError
 */
export function readOptions(given: readonly string[], task: KnownTask): JsonObject {
  const options = Object.assign({}, ...given.map((item) => readItem(item, task))) as JsonObject;
  if (task.definition === undefined) return options;
  try {
    parseOptions(task.definition, JSON.stringify(options));
  } catch (error) {
    throw error instanceof RequestError ? new UsageError(error.message, error.details) : error;
  }
  return options;
}

function readItem(item: string, task: KnownTask): JsonObject {
  if (item.trimStart().startsWith("{")) {
    const object = asJson(item);
    if (object !== undefined) return object as JsonObject;
    throw new UsageError(`--options ${item} is not a JSON object.`);
  }
  const [key = "", ...rest] = item.split("=");
  const name = key.trim();
  if (name === "" || rest.length === 0)
    throw new UsageError(`--options ${item} is neither key=value nor a JSON object.`, {
      valid_values: Object.keys(task.options),
    });
  return { [name]: optionValue(rest.join("="), task.options[name]) };
}

function optionValue(raw: string, schema: OptionSchema | undefined): Json {
  const json = asJson(raw);
  if (json === undefined) return raw;
  const types = alternatives(schema ?? {}).map(({ type }) => type);
  return types.includes("string") && !types.some((type) => isOfType(json, type)) ? raw : json;
}

function isOfType(json: Json, type: unknown): boolean {
  if (json === null) return type === "null";
  if (typeof json === "number") return type === "number" || type === "integer";
  return type === (Array.isArray(json) ? "array" : typeof json);
}

function asJson(raw: string): Json | undefined {
  try {
    return JSON.parse(raw) as Json;
  } catch {
    return undefined;
  }
}

async function tasksOfMaster(
  client: FleetClient,
  signal: AbortSignal,
): Promise<readonly TaskView[] | undefined> {
  try {
    return await client.tasks.list({ signal });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === MASTER_UNREACHABLE) return undefined;
    throw error;
  }
}

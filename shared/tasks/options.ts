import { z } from "zod";
import { RequestError } from "../errors.ts";
import type { JsonObject, TaskDefinition } from "./task.ts";

/**
 * Options of a job with all defaults filled in.
 * @param text JSON as it came in the form; nothing or an empty text means the defaults
 * @throws RequestError `bad_options`, which names each wrong option and what is valid
 */
export function parseOptions(task: TaskDefinition, text: string | undefined): object {
  const parsed = task.options.safeParse(
    text === undefined || text.trim() === "" ? {} : parseJson(task, text),
  );
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "options"}: ${issue.message}`,
  );
  throw badOptions(task, problems.join("; "));
}

function parseJson(task: TaskDefinition, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badOptions(task, "options is not JSON");
  }
}

function badOptions(task: TaskDefinition, problem: string): RequestError {
  return new RequestError("bad_options", `These options cannot be used for ${task.name}: ${problem}.`, {
    details: { field: "options", valid_values: optionNames(task) },
  });
}

/** Options as they may be shown to whoever reads the job's record: secret ones are `***`. */
export function shownOptions({ secretOptions = [] }: TaskDefinition, options: JsonObject): JsonObject {
  const isSecret = (name: string) => secretOptions.some((secret) => secret === name);
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, isSecret(name) ? HIDDEN : value]),
  );
}

const HIDDEN = "***";

/** JSON Schema of a task's options, defaults included. */
export function optionsSchema(task: TaskDefinition): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(task.options, { io: "input", unrepresentable: "any" });
}

function optionNames(task: TaskDefinition): string[] {
  return Object.keys(optionsSchema(task).properties ?? {});
}

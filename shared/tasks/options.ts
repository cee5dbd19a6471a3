import { z } from "zod";
import { RequestError } from "../errors.ts";
import { checked, faultOf, parseJson, sentenceOf } from "../schema.ts";
import type { JsonObject, TaskDefinition } from "./task.ts";

/**
 * Parses the options of a job and fills in all defaults.
 * @param text JSON from the form; undefined and an empty text stand for `unsaid`
 * @throws RequestError `bad_options`, which names each wrong option and its valid values
 */
export function parseOptions(task: TaskDefinition, text: string | undefined, unsaid: object = {}): object {
  return validOptions(task, text === undefined || text.trim() === "" ? unsaid : jsonOf(task, text));
}

/** @throws RequestError `bad_options` */
export function validOptions(task: TaskDefinition, given: unknown): object {
  const parsed = checked(task.options, given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => sentenceOf(faultOf(issue, "options")));
  throw badOptions(task, problems.join("; "));
}

function jsonOf(task: TaskDefinition, text: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw badOptions(task, "options is not JSON");
  return value;
}

function badOptions(task: TaskDefinition, problem: string): RequestError {
  return new RequestError("bad_options", `These options cannot be used for ${task.name}: ${problem}.`, {
    details: { field: "options", valid_values: optionNames(task) },
  });
}

export interface SplitOptions {
  /** Options that every reader of the job's record may see. */
  readonly options: JsonObject;
  /** Secret options, if the client gave any. */
  readonly secrets?: JsonObject;
}

/** Separates a task's secret options from the others. */
export function splitOptions({ secretOptions = [] }: TaskDefinition, given: object): SplitOptions {
  const isSecret = ([name]: [string, unknown]) => secretOptions.some((secret) => secret === name);
  const all = Object.entries(given as JsonObject);
  const secrets = all.filter((entry) => isSecret(entry) && entry[1] !== undefined);
  const options = Object.fromEntries(all.filter((entry) => !isSecret(entry)));
  return secrets.length === 0 ? { options } : { options, secrets: Object.fromEntries(secrets) };
}

/** Options for views: secret ones are `***` while the record holds them, and absent later. */
export function shownOptions({ options, secrets = {} }: SplitOptions): JsonObject {
  return { ...options, ...Object.fromEntries(Object.keys(secrets).map((name) => [name, "***"])) };
}

/** All options of a job, secret ones included, parsed for its task. */
export function wholeOptions(task: TaskDefinition, { options, secrets }: SplitOptions): object {
  return task.options.parse({ ...options, ...secrets });
}

/** JSON Schema of a task's options, defaults included. */
export function optionsSchema(task: TaskDefinition): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(task.options, { io: "input", unrepresentable: "any" });
}

function optionNames(task: TaskDefinition): string[] {
  return Object.keys(optionsSchema(task).properties ?? {});
}

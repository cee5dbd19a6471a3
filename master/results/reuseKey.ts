import { hash } from "node:crypto";
import { splitOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { InputFile, TaskDefinition } from "../../shared/tasks/task.ts";
import type { JobRecord } from "../record/job.ts";
import { reuseKey } from "../record/reuseKeys.ts";

export interface ReusingJob extends Pick<JobRecord, "cache"> {
  readonly client?: string | undefined;
  readonly task: TaskDefinition;
  /** All options, secret ones included, parsed for the task. */
  readonly options: object;
}

/** Gives the key under which the result of a file may serve other files. */
export type ReuseKeyOf = (file: Pick<InputFile, "filename" | "sha256">) => string;

/**
 * Keys of the results of a job: digests of task, options, versions of all steps that may do the work, and, with
 * `JOBS=own`, the client. Undefined for a job whose results serve no other: its task is one whose results depend on
 * several files, it was sent with `cache=off`, or it has secret options, of which the record must keep no digest.
 */
export function reuseKeys(
  sight: "all" | "own",
  { task, options, client, cache }: ReusingJob,
): ReuseKeyOf | undefined {
  const { reuse } = task;
  if (reuse?.("", options) === undefined || cache === "off") return undefined;
  if (splitOptions(task, options).secrets !== undefined) return undefined;
  const versions = [task, ...task.borrows.map(taskNamed)].map(versionOf);
  const owner = sight === "own" ? [client ?? null] : [];
  const common = JSON.stringify([versions, owner, options], inOrderOfNames);
  return ({ filename, sha256 }) => {
    const digest = hash("sha256", JSON.stringify([common, reuse(filename, options)]), "base64url");
    return reuseKey(sha256, digest.slice(0, KEY_CHARACTERS));
  };
}

/** 96 bits. */
const KEY_CHARACTERS = 16;

function versionOf({ name, schemaVersion, steps }: TaskDefinition) {
  return [name, schemaVersion, Object.entries(steps).map(([step, { version }]) => [step, version])];
}

function inOrderOfNames(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

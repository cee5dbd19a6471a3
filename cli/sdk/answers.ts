import type { JobState, JobView } from "../../shared/contract/jobs.ts";
import { badAnswer } from "./errors.ts";

/**
 * The few checks that tell a master's answer from another server's. Members that this version does not know are passed
 * on, so that the SDK works with newer masters.
 */
type Document = Readonly<Record<string, unknown>>;

function documentOf(body: unknown): Document {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Document;
  throw badAnswer("it is not an object");
}

/** An answer with a list under this name. @throws AppError `bad_answer` */
export function withList<T>(body: unknown, name: keyof T & string): T {
  if (!Array.isArray(documentOf(body)[name])) throw badAnswer(`it has no list ${name}`);
  return body as T;
}

/** A job, alone or with its files. @throws AppError `bad_answer` */
export function jobOf<T extends JobView>(body: unknown): T {
  const { id, state, counts } = documentOf(body);
  if (typeof id !== "string" || typeof state !== "string" || typeof counts !== "object")
    throw badAnswer("it is not a job");
  return body as T;
}

export function isOver(state: JobState): boolean {
  return state !== "queued" && state !== "running";
}

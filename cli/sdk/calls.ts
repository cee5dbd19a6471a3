import type { JsonObject } from "../../shared/tasks/task.ts";
import type { Call } from "./http.ts";

export interface CallOptions {
  /** Aborting it closes the connection and rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface RetryOptions extends CallOptions {
  /** Replace options of the job. Secret ones, such as passwords, must be given again. */
  readonly options?: JsonObject | undefined;
  /** Those that failed or were cancelled unless given; `all`, or the indexes of files. */
  readonly files?: "failed" | "all" | readonly number[] | undefined;
}

/** A `POST` of a JSON document. */
export function post(path: string, document: object): Call {
  return {
    ...{ method: "POST", path, headers: { "Content-Type": "application/json" } },
    body: () => ({ content: JSON.stringify(document) }),
  };
}

/** A path with those parameters that have a value. */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  return `${query}` === "" ? path : `${path}?${query}`;
}

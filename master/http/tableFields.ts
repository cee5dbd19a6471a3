import type { Worker } from "node:worker_threads";
import type { CsvCell } from "../../shared/csv.ts";
import { startThread } from "../../shared/process/thread.ts";

/** Results in UTF-8, and the paths of the fields that are wanted of each. */
export interface FieldsAsked {
  readonly bodies: readonly Uint8Array[];
  readonly columns: readonly string[];
}

export type FieldsOfResult = readonly CsvCell[];

/** The fields at these paths, such as `sentiment.label`; lists and objects as JSON. */
export function fieldsAt(value: unknown, columns: readonly string[]): FieldsOfResult {
  return columns.map((path) => {
    const found = path.split(".").reduce<unknown>((inner, name) => memberOf(inner, name), value);
    return typeof found === "object" && found !== null ? JSON.stringify(found) : (found as CsvCell);
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

/** Reads fields of JSON results in a worker thread, for one request after the other, so that no result holds the event loop. */
export class TableFields {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  async read(asked: FieldsAsked): Promise<readonly FieldsOfResult[]> {
    const reading = this.#last.catch(() => undefined).then(() => this.#ask(asked));
    this.#last = reading;
    return await reading;
  }

  async #ask(asked: FieldsAsked): Promise<readonly FieldsOfResult[]> {
    this.#worker ??= startThread(import.meta.url, "tableThread", {});
    const worker = this.#worker;
    return await new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        // The next request starts another thread.
        this.#worker = undefined;
        worker.removeListener("message", told);
        reject(error);
      };
      const told = (fields: readonly FieldsOfResult[]) => {
        worker.removeListener("error", failed);
        resolve(fields);
      };
      worker.once("error", failed).once("message", told);
      // Of a pooled buffer the thread would get all of the pool.
      worker.postMessage({
        ...asked,
        bodies: asked.bodies.map((body) => new Uint8Array(body)),
      } satisfies FieldsAsked);
    });
  }
}

import { parentPort } from "node:worker_threads";
import type { FieldsAsked, FieldsOfResult } from "./tableFields.ts";
import { fieldsAt } from "./tableFields.ts";

/** The worker thread of `TableFields`: results may have tens of megabytes. */
parentPort?.on("message", ({ bodies, columns }: FieldsAsked) => {
  parentPort?.postMessage(bodies.map((body) => read(body, columns)));
});

function read(body: Uint8Array, columns: readonly string[]): FieldsOfResult {
  try {
    return fieldsAt(JSON.parse(Buffer.from(body).toString("utf8")), columns);
  } catch {
    return columns.map(() => undefined);
  }
}

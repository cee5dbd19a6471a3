import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { WriteAnswer, WriteBatch, WriteFailure } from "./smallFiles.ts";

/** The worker thread of `SmallFiles`. */
parentPort?.on("message", ({ bytes, files }: WriteBatch) => {
  let start = 0;
  const answer: WriteAnswer = files.map(({ target, temporary, length }) => {
    const body = bytes.subarray(start, start + length);
    start += length;
    return failureOf(() => writeWhole(target, temporary, body));
  });
  parentPort?.postMessage(answer);
});

function failureOf(work: () => void): WriteFailure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code, message };
  }
}

function writeWhole(target: string, temporary: string, body: Uint8Array): void {
  try {
    write(temporary, body);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function write(path: string, body: Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    for (let written = 0; written < body.byteLength; ) written += writeSync(file, body, written);
  } finally {
    closeSync(file);
  }
}

import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { parentPort } from "node:worker_threads";
import { isErrno } from "../../shared/errors.ts";
import type { SmallFile, WriteAnswer, WriteBatch, WriteFailure } from "./smallFiles.ts";

type Place = Omit<SmallFile, "body">;

/** The worker thread of `SmallFiles`. */
parentPort?.on("message", ({ bytes, files }: WriteBatch) => {
  let start = 0;
  const answer: WriteAnswer = files.map(({ target, temporary, length, placing }) => {
    const body = bytes.subarray(start, start + length);
    start += length;
    return failureOf(() => writeWhole({ target, temporary, placing }, body));
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

function writeWhole({ target, temporary, placing }: Place, body: Uint8Array): void {
  try {
    write(temporary, body);
    if (placing === "over") renameSync(temporary, target);
    else {
      linkOrCopy(temporary, target);
      unlinkSync(temporary);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Copies on file systems without links. */
function linkOrCopy(temporary: string, target: string): void {
  try {
    linkSync(temporary, target);
  } catch (error) {
    if (isErrno(error, "EEXIST", "ENOENT")) throw error;
    copyFileSync(temporary, target, constants.COPYFILE_EXCL);
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

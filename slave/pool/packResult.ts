import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { StepOutput } from "../../shared/tasks/task.ts";
import type { ChildResult } from "./messages.ts";

/** Puts a large result into a file of the unit's folder; a small one stays in memory. */
export async function packResult(
  output: StepOutput,
  folder: string,
  smallBytes: number,
): Promise<ChildResult> {
  const { body, summary, info, warnings } = output;
  return {
    ...(body instanceof Uint8Array
      ? await packBytes(body, folder, smallBytes)
      : await packFile(resolve(folder, body.path))),
    ...(summary === undefined ? {} : { summary }),
    ...(info === undefined ? {} : { info }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

async function packBytes(body: Uint8Array, folder: string, smallBytes: number) {
  const sha256 = createHash("sha256").update(body).digest("hex");
  const bytes = body.byteLength;
  if (bytes <= smallBytes) return { body, bytes, sha256 };
  const path = join(folder, ".part");
  await writeFile(path, body);
  return { body: { path }, bytes, sha256 };
}

async function packFile(path: string) {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { body: { path }, bytes, sha256: hash.digest("hex") };
}

import { fileTypeFromBuffer } from "file-type";
import type { StepFile } from "../task.ts";

/** Bytes at the start that contain the signatures of all common formats. */
const HEAD_BYTES = 16_384;

/** Extension and media type of a file by its first bytes; undefined for unknown ones. */
export async function fileTypeOf(
  file: StepFile,
): Promise<{ readonly ext: string; readonly mime: string } | undefined> {
  return await fileTypeFromBuffer(await file.slice(0, HEAD_BYTES));
}

import type { InputFile } from "../../shared/tasks/task.ts";
import type { FileRecord } from "../record/job.ts";

/** Files as the `run` of their task sees them. */
export function asInputs(files: readonly FileRecord[]): InputFile[] {
  return files.map(({ index, key, filename, bytes, sha256 }) => ({ index, key, filename, bytes, sha256 }));
}

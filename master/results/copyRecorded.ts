import { resultHead } from "../../shared/tasks/result.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import type { CachedResult, FileRecord } from "../record/job.ts";
import type { RecordedResult } from "../record/recordedResults.ts";
import type { ByteStore } from "../store/port.ts";
import { copyResult } from "./copyResult.ts";

/** Whose copy is wanted. */
interface CopyWish {
  /** Id of the job that gets it, the group of the copy in the store. */
  readonly id: string;
  readonly task: TaskDefinition;
  readonly options: object;
  /** The file that gets it. */
  readonly to: Pick<FileRecord, "filename">;
  /** Ends the copying. */
  readonly gone?: AbortSignal | undefined;
}

/**
 * A copy of a file's result for a file of the same bytes and key. Undefined when the bytes of the result are gone, when
 * it does not begin as the results of this version, and when there is no room.
 */
export async function copyRecorded(
  store: Pick<ByteStore, "read" | "get" | "put" | "remove">,
  { job, file: from }: RecordedResult,
  { id, task, options, to, gone: signal }: CopyWish,
): Promise<CachedResult | undefined> {
  const { resultKey: key, resultBytes: bytes = 0, resultSha256: sha256, cached } = from;
  if (key === undefined) return undefined;
  const isJson = task.resultType(options) === "application/json";
  const [before, after] = [from.filename, to.filename].map((name) => Buffer.from(resultHead(task, name)));
  const rename = isJson && before && after && from.filename !== to.filename ? { before, after } : undefined;
  const stored = await copyResult(store, { key, bytes, sha256 }, { group: id, rename, signal });
  if (stored === undefined) return undefined;
  const { summary, info, warnings, seconds = 0 } = from;
  const origin = { job: cached?.job ?? job, seconds: cached?.seconds ?? from.savedSeconds ?? seconds };
  return { ...origin, ...stored, summary, info, warnings };
}

import type { OpenableFile } from "./files.ts";
import type { LargeFilesTerms, SentFiles } from "./heldFiles.ts";
import type { MasterHttp } from "./http.ts";

/** Files above this size go on where a connection broke; smaller ones begin again. */
const LARGE_BYTES = 64 * 2 ** 20;

/**
 * Sends those of the files that are large and whose size is known, one after the other. A master that takes no files in
 * several requests gets none.
 */
export async function sendLargeFiles(
  http: MasterHttp,
  files: readonly OpenableFile[],
  terms: LargeFilesTerms,
): Promise<SentFiles> {
  const large = files.flatMap((file) => {
    const size = file.size?.() ?? 0;
    return size > LARGE_BYTES ? [{ file, size }] : [];
  });
  if (large.length === 0 || !(await takesParts(http, terms.signal))) return { held: new Map() };
  const { sendAll } = await import("./resumable.ts");
  return await sendAll(http, large, terms);
}

/** An older master has no such address. */
async function takesParts(http: MasterHttp, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const { body } = await http.stream({ method: "OPTIONS", path: "/uploads", signal });
    await body?.cancel();
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

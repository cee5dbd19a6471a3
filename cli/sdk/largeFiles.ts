import type { FileInput, OpenableFile } from "./files.ts";
import type { MasterHttp } from "./http.ts";

/** Files above this size go on where a connection broke; smaller ones begin again. */
const LARGE_BYTES = 64 * 2 ** 20;

/** A file that the master has before its job. */
export interface HeldFile {
  /** By which the job takes it. */
  readonly id: string;
  readonly bytes: number;
}

export type HeldFiles = ReadonlyMap<FileInput, HeldFile>;

export interface LargeFilesTerms {
  readonly signal?: AbortSignal | undefined;
  /** Number of bytes of these files that are sent by now. */
  readonly onSent: (bytes: number) => void;
}

/**
 * Sends those of the files that are large and whose size is known, one after the other. A master that takes no files in
 * several requests gets none. One that cannot be read is left for the form, which tells of it.
 */
export async function sendLargeFiles(
  http: MasterHttp,
  files: readonly OpenableFile[],
  { signal, onSent }: LargeFilesTerms,
): Promise<HeldFiles> {
  const large = files.flatMap((file) => {
    const size = file.size?.() ?? 0;
    return size > LARGE_BYTES ? [{ file, size }] : [];
  });
  const sent = new Map<FileInput, HeldFile>();
  if (large.length === 0 || !(await takesParts(http, signal))) return sent;
  const { sendResumable } = await import("./resumable.ts");
  let before = 0;
  for (const { file, size } of large) {
    const terms = { size, signal, onSent: (bytes: number) => onSent(before + bytes) };
    sent.set(file.input, { id: await sendResumable(http, file, terms), bytes: size });
    before += size;
  }
  return sent;
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

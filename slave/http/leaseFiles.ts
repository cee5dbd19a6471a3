import type { LocalFile } from "../../shared/tasks/local.ts";
import { badHandover, type HandedOver } from "./handedOver.ts";
import { badSharedInputs, keepSent, type PlacedFile, type SharedInputs, takeKept } from "./sharedInputs.ts";

/** Where the files of a lease come from. */
interface FileSources {
  /** Files of the request, in order; they fill the indexes that no other source names. */
  readonly sent: readonly LocalFile[];
  readonly handed: HandedOver | undefined;
  readonly shared: SharedInputs | undefined;
}

/**
 * All files of a lease in order; those that the request does not carry come into `folder`.
 * @throws RequestError `bad_handover`, `bad_shared_inputs`; AppError `input_not_kept`
 */
export async function filesOf(sources: FileSources, folder: string): Promise<readonly LocalFile[]> {
  const { sent, handed, shared } = sources;
  if (handed === undefined && shared === undefined) return sent;
  requireIndexes(sources);
  const kept = shared === undefined ? [] : await takeKept(shared, folder);
  const linked = handed === undefined ? [] : await receiveHanded(handed, folder);
  const files = [...sent];
  // In the order of their indexes, no file is inserted behind a gap.
  for (const { index, file } of [...kept, ...linked].sort((a, b) => a.index - b.index))
    files.splice(index, 0, file);
  if (shared !== undefined) await keepSent(shared, files);
  return files;
}

/** Each index is that of one file. */
function requireIndexes({ sent, handed, shared }: FileSources): void {
  const handedIndexes = Object.keys(handed?.files ?? {}).map(Number);
  const keptIndexes = (shared?.kept ?? []).map(({ index }) => index);
  const count = sent.length + handedIndexes.length + keptIndexes.length;
  if (handedIndexes.some((index) => index >= count)) throw badHandover();
  const named = [...keptIndexes, ...(shared?.sent ?? []).map(({ index }) => index)];
  if (named.some((index) => index >= count || handedIndexes.includes(index))) throw badSharedInputs();
}

async function receiveHanded({ by, files }: HandedOver, folder: string): Promise<PlacedFile[]> {
  const received = await by.receive(Object.values(files), folder);
  const indexes = Object.keys(files).map(Number);
  return received.map((file, nth) => ({ index: indexes[nth] ?? 0, file }));
}

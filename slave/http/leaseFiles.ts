import type { LocalFile } from "../../shared/tasks/local.ts";
import { badHandover, type HandedOver } from "./handedOver.ts";
import { badSharedInputs, keepSent, type PlacedFile, type SharedInputs, takeKept } from "./sharedInputs.ts";
import { badStoreInputs, fetchInputs, type InputsToFetch } from "./storeInputs.ts";

/** Where the files of a lease come from. */
interface FileSources {
  /** Files of the request, in order; they fill the indexes that no other source names. */
  readonly sent: readonly LocalFile[];
  readonly handed: HandedOver | undefined;
  readonly shared: SharedInputs | undefined;
  readonly stored: InputsToFetch | undefined;
}

/** Where files come that the request does not carry. */
interface FilePlace {
  readonly folder: string;
  /** Largest file that is held in memory. */
  readonly smallBytes: number;
}

/**
 * All files of a lease in order; those that the request does not carry come into `folder`.
 * @throws RequestError `bad_handover`, `bad_shared_inputs`, `bad_store_inputs`; AppError `input_not_kept`, `input_not_fetched`
 */
export async function filesOf(sources: FileSources, place: FilePlace): Promise<readonly LocalFile[]> {
  const { sent, handed, shared, stored } = sources;
  const { folder } = place;
  if (handed === undefined && shared === undefined && stored === undefined) return sent;
  requireIndexes(sources);
  const kept = shared === undefined ? [] : await takeKept(shared, folder);
  const linked = handed === undefined ? [] : await receiveHanded(handed, folder);
  const fetched = stored === undefined ? [] : await fetchInputs(stored, place);
  const files = [...sent];
  // In the order of their indexes, no file is inserted behind a gap.
  for (const { index, file } of [...kept, ...linked, ...fetched].sort((a, b) => a.index - b.index))
    files.splice(index, 0, file);
  if (shared !== undefined) await keepSent(shared, files);
  return files;
}

/** Each index is that of one file. */
function requireIndexes({ sent, handed, shared, stored }: FileSources): void {
  const handedIndexes = Object.keys(handed?.files ?? {}).map(Number);
  const storedIndexes = Object.keys(stored?.inputs ?? {}).map(Number);
  const keptIndexes = (shared?.kept ?? []).map(({ index }) => index);
  const count = sent.length + handedIndexes.length + storedIndexes.length + keptIndexes.length;
  if (handedIndexes.some((index) => index >= count)) throw badHandover();
  const others = [...handedIndexes, ...keptIndexes];
  if (storedIndexes.some((index) => index >= count || others.includes(index))) throw badStoreInputs();
  const named = [...keptIndexes, ...(shared?.sent ?? []).map(({ index }) => index)];
  if (named.some((index) => index >= count || handedIndexes.includes(index))) throw badSharedInputs();
}

async function receiveHanded({ by, files }: HandedOver, folder: string): Promise<PlacedFile[]> {
  const received = await by.receive(Object.values(files), folder);
  const indexes = Object.keys(files).map(Number);
  return received.map((file, nth) => ({ index: indexes[nth] ?? 0, file }));
}

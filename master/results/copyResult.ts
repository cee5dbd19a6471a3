import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { isCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";

/** Results up to this size are copied in memory. */
const SMALL_RESULT = 64 * 1024;

type CopyingStore = Pick<ByteStore, "read" | "get" | "put" | "remove">;

export interface ResultToCopy {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string | undefined;
}

export interface CopyTerms {
  /** Group of the copy. */
  readonly group: string;
  /** The beginning of the result, and what the copy has instead: a JSON result names its file there. */
  readonly rename?: Rename | undefined;
}

interface Rename {
  readonly before: Buffer;
  readonly after: Buffer;
}

/** Copies a result in the store; undefined when it is gone, is not what was recorded, or does not begin as it should. */
export async function copyResult(
  store: CopyingStore,
  result: ResultToCopy,
  { group, rename }: CopyTerms,
): Promise<StoredObject | undefined> {
  try {
    const content = await contentOf(store, result, rename);
    if (content === undefined) return undefined;
    const copy = await store.put(content, { group });
    if (rename !== undefined || copy.sha256 === result.sha256) return copy;
    await store.remove([copy.key]);
    return undefined;
  } catch (error) {
    if (error instanceof AppError && isCode(error.code, "not_stored", "damaged_object")) return undefined;
    throw error;
  }
}

async function contentOf(
  store: CopyingStore,
  { key, bytes }: ResultToCopy,
  rename: Rename | undefined,
): Promise<Readable | Uint8Array | undefined> {
  if (bytes > SMALL_RESULT) {
    if (rename === undefined) return await store.get(key);
    return await renamedStream(store, { key, bytes }, rename);
  }
  const body = await store.read(key);
  if (rename === undefined) return body;
  const { before, after } = rename;
  if (!body.subarray(0, before.length).equals(before)) return undefined;
  return Buffer.concat([after, body.subarray(before.length)]);
}

async function renamedStream(
  store: CopyingStore,
  { key, bytes }: Pick<ResultToCopy, "key" | "bytes">,
  { before, after }: Rename,
): Promise<Readable | undefined> {
  const head = await buffer(await store.get(key, { start: 0, end: before.length - 1 }));
  if (!head.equals(before)) return undefined;
  const rest = await store.get(key, { start: before.length, end: bytes - 1 });
  const chunks = async function* () {
    yield after;
    yield* rest as AsyncIterable<Buffer>;
  };
  return Readable.from(chunks(), { objectMode: false });
}

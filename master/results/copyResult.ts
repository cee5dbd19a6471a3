import { createHash } from "node:crypto";
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
  /** Ends the copying. */
  readonly signal?: AbortSignal | undefined;
}

interface Rename {
  readonly before: Buffer;
  readonly after: Buffer;
}

/** What a copy is made of. */
interface Content {
  readonly body: Readable | Uint8Array;
  /** Digest of the source under another name, when all of it was read; else the copy has the same. */
  readonly sourceDigest?: () => string;
}

/**
 * Copies a result in the store; undefined when it is gone, is not what was recorded, or does not begin as it should, and
 * when the copying was ended, or there is no room for it.
 */
export async function copyResult(
  store: CopyingStore,
  result: ResultToCopy,
  { group, rename, signal }: CopyTerms,
): Promise<StoredObject | undefined> {
  try {
    const content = await contentOf(store, result, rename);
    if (content === undefined) return undefined;
    const copy = await store.put(content.body, { group, ...(signal && { signal }) });
    if ((content.sourceDigest?.() ?? copy.sha256) === result.sha256) return copy;
    await store.remove([copy.key]);
    return undefined;
  } catch (error) {
    if (signal?.aborted) return undefined;
    if (error instanceof AppError && isCode(error.code, "not_stored", "damaged_object", "no_space"))
      return undefined;
    throw error;
  }
}

async function contentOf(
  store: CopyingStore,
  { key, bytes }: ResultToCopy,
  rename: Rename | undefined,
): Promise<Content | undefined> {
  if (bytes > SMALL_RESULT) {
    if (rename === undefined) return { body: await store.get(key) };
    return await renamedStream(store, { key, bytes }, rename);
  }
  const body = await store.read(key);
  if (rename === undefined) return { body };
  const { before, after } = rename;
  if (!body.subarray(0, before.length).equals(before)) return undefined;
  const sourceDigest = () => createHash("sha256").update(body).digest("hex");
  return { body: Buffer.concat([after, body.subarray(before.length)]), sourceDigest };
}

async function renamedStream(
  store: CopyingStore,
  { key, bytes }: Pick<ResultToCopy, "key" | "bytes">,
  { before, after }: Rename,
): Promise<Content | undefined> {
  const head = await buffer(await store.get(key, { start: 0, end: before.length - 1 }));
  if (!head.equals(before)) return undefined;
  const rest = await store.get(key, { start: before.length, end: bytes - 1 });
  const hash = createHash("sha256").update(head);
  const chunks = async function* () {
    yield after;
    for await (const chunk of rest as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  };
  return {
    body: Readable.from(chunks(), { objectMode: false }),
    sourceDigest: () => hash.digest("hex"),
  };
}

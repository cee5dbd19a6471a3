import { PassThrough, Readable } from "node:stream";
import type { UploadRecord } from "../record/uploads.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";
import type { UploadBytes, UploadWriter } from "./bytes.ts";
import { tooManyPieces, uploadDamaged } from "./errors.ts";
import { RECORDED_BYTES } from "./growingUpload.ts";

/** Most objects of an upload, beside those that a large file needs anyway: each request rewrites the list of their keys. */
const MOST_PIECES = 10_000;
/** Keys that one removal takes. */
const REMOVED = 1_000;

/**
 * Bytes as objects of a store that other masters have, too: each master can go on with an upload, and put its pieces
 * together. What a kill leaves without a record belongs to the group of its upload, and goes with it.
 */
export function piecesIn(store: ByteStore): UploadBytes {
  return {
    open: async ({ id, received, length, pieces }) => {
      if (received > 0 && pieces.length === 0) throw uploadDamaged(id);
      const most = MOST_PIECES + Math.ceil(length / RECORDED_BYTES);
      if (pieces.length >= most) throw tooManyPieces(most);
      return new PieceWriter(store, groupOf(id));
    },
    toObject: (upload, group) => joined(store, upload, group),
    has: async ({ pieces: [first] }) => first !== undefined && (await store.stat(first)) !== undefined,
    remove: async ({ id }) => {
      for await (const keys of store.list(groupOf(id))) {
        for (let from = 0; from < keys.length; from += REMOVED)
          await store.remove(keys.slice(from, from + REMOVED));
      }
    },
    // The removal of an upload takes its whole group before its record, so no group is left without one.
    sweep: async () => undefined,
  };
}

/** No id of a job, so that the search for what cut-off requests left does not take it. */
function groupOf(id: string): string {
  return `upload-${id}`;
}

async function joined(store: ByteStore, { pieces }: UploadRecord, group: string): Promise<StoredObject> {
  async function* chunks() {
    for (const key of pieces) yield* await store.get(key);
  }
  return await store.put(Readable.from(chunks(), { objectMode: false }), { group });
}

/** Each commit makes an object of what came since the last one. */
class PieceWriter implements UploadWriter {
  readonly #store: ByteStore;
  readonly #group: string;
  #stream: PassThrough | undefined;
  #putting: Promise<StoredObject> | undefined;
  #failure: unknown;
  #wake: () => void = () => undefined;

  constructor(store: ByteStore, group: string) {
    this.#store = store;
    this.#group = group;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const stream = this.#stream ?? this.#begin();
    return stream.write(chunk) ? undefined : this.#drained();
  }

  async commit() {
    this.#stream?.end();
    const stored = await this.#putting;
    this.#stream = undefined;
    this.#putting = undefined;
    if (stored === undefined) return { pieces: [], sha256: undefined };
    await this.#store.flush();
    return { pieces: [stored.key], sha256: undefined };
  }

  async close(): Promise<void> {
    this.#stream?.destroy(new Error("the bytes are not wanted"));
    await this.#putting?.catch(() => undefined);
  }

  /** A put that fails destroys its stream, which then never drains. */
  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  #begin(): PassThrough {
    const stream = new PassThrough().on("drain", () => this.#wake());
    this.#stream = stream;
    this.#putting = this.#store.put(stream, { group: this.#group });
    this.#putting.catch((error: unknown) => {
      this.#failure = error;
      this.#wake();
    });
    return stream;
  }
}

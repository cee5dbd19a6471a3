import { createHash, type Hash } from "node:crypto";
import type { Readable } from "node:stream";
import type { RecordedUploads, UploadRecord } from "../record/uploads.ts";
import type { UploadWriter } from "./bytes.ts";
import { beyondLength, grownMeanwhile, wrongChecksum } from "./errors.ts";

/** Bytes after which the record is told, also in the middle of a request: a kill costs no more than these. */
export const RECORDED_BYTES = 64 * 2 ** 20;

/** Hash functions of `Upload-Checksum`, the one that tus demands first. */
export const CHECKSUMS = ["sha1", "sha256", "sha512", "md5"] as const;

export interface Checksum {
  readonly algorithm: (typeof CHECKSUMS)[number];
  readonly digest: Buffer;
}

export interface GrowingUploadDeps {
  readonly uploads: Pick<RecordedUploads, "extend">;
  readonly writer: UploadWriter;
  /** When an upload expires that has got bytes now. */
  readonly expiry: () => number;
  readonly checksum: Checksum | undefined;
}

/** An upload during one request that brings bytes. */
export class GrowingUpload {
  readonly #deps: GrowingUploadDeps;
  readonly #hash: Hash | undefined;
  #upload: UploadRecord;
  /** Bytes that are written and not recorded. */
  #pending = 0;
  /** False after a failed write, sync or record: bytes before it may be lost, and a later success says nothing of them. */
  #isSound = true;

  constructor(upload: UploadRecord, deps: GrowingUploadDeps) {
    this.#upload = upload;
    this.#deps = deps;
    this.#hash = deps.checksum && createHash(deps.checksum.algorithm);
  }

  /** As it is recorded. */
  get upload(): UploadRecord {
    return this.#upload;
  }

  /** @throws see `Uploads.append` */
  async take(body: Readable): Promise<void> {
    try {
      for await (const chunk of body) await this.#add(chunk);
    } catch (error) {
      // The body broke, not the writer: what came before counts.
      if (this.#hash === undefined && this.#isSound) await this.#record().catch(() => undefined);
      throw error;
    }
    const { checksum } = this.#deps;
    if (checksum !== undefined && !this.#hash?.digest().equals(checksum.digest)) throw wrongChecksum();
    await this.#record();
  }

  async #add(chunk: Buffer): Promise<void> {
    const { received, length } = this.#upload;
    if (received + this.#pending + chunk.length > length) throw beyondLength(length);
    this.#isSound = false;
    await this.#deps.writer.write(chunk);
    this.#isSound = true;
    this.#hash?.update(chunk);
    this.#pending += chunk.length;
    // Bytes with a checksum count only when all of them are there.
    if (this.#hash === undefined && this.#pending >= RECORDED_BYTES) await this.#record();
  }

  async #record(): Promise<void> {
    if (this.#pending === 0) return;
    const { uploads, writer, expiry } = this.#deps;
    const { id, received: from, pieces } = this.#upload;
    this.#isSound = false;
    const written = await writer.commit();
    const growth = {
      received: from + this.#pending,
      pieces: [...pieces, ...written.pieces],
      sha256: written.sha256,
      expiresAt: expiry(),
    };
    if (!(await uploads.extend(id, { from, ...growth }))) throw grownMeanwhile();
    this.#upload = { ...this.#upload, ...growth };
    this.#pending = 0;
    this.#isSound = true;
  }
}

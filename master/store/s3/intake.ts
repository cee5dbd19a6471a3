import { createHash, type Hash, hash } from "node:crypto";
import { tooLarge } from "../errors.ts";
import { keyOf } from "../key.ts";
import type { StoredObject } from "../port.ts";
import type { S3Bucket, UploadedPart } from "./bucket.ts";
import type { S3Packs } from "./packs.ts";

/** Least bytes of a part of an upload, but for the last; some servers want all parts alike. */
const LEAST_PART = 5 * 2 ** 20;
const MOST_PARTS = 10_000;

export interface S3IntakeDeps {
  readonly bucket: S3Bucket;
  readonly packs: S3Packs;
  /** Name of a new large object, within its group. */
  readonly nextName: () => string;
}

export interface S3IntakeOptions {
  readonly group: string;
  readonly limit: number;
  readonly smallBytes: number;
}

export const OBJECTS = "objects/";

/** Name in the bucket of an object that lies alone: its length, which is in its key, is not known at its beginning. */
export function objectName({ group, name }: { readonly group: string; readonly name: string }): string {
  return `${OBJECTS}${group}.f${name}`;
}

/** One object that comes in: in memory while it is small, then uploaded in parts as it comes. */
export class S3Intake {
  readonly #deps: S3IntakeDeps;
  readonly #options: S3IntakeOptions;
  readonly #partBytes: number;
  readonly #name: string;
  #hash: Hash | undefined;
  #chunks: Uint8Array[] = [];
  #collected = 0;
  #bytes = 0;
  #upload: string | undefined;
  readonly #parts: UploadedPart[] = [];
  /** Parts that are under way. */
  #sending: Promise<void> | undefined;
  #isAborted = false;

  constructor(deps: S3IntakeDeps, options: S3IntakeOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#name = deps.nextName();
    const { limit } = options;
    this.#partBytes = Number.isFinite(limit)
      ? Math.max(LEAST_PART, Math.ceil(limit / (MOST_PARTS - 1)))
      : LEAST_PART;
  }

  /** @throws AppError `too_large`, `no_space`, `store_unavailable` */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#options.limit) throw tooLarge(this.#options.limit);
    this.#chunks.push(chunk);
    this.#collected += chunk.byteLength;
    if (this.#bytes <= this.#options.smallBytes) return undefined;
    if (this.#hash !== undefined) this.#hash.update(chunk);
    else this.#hash = digested(this.#chunks);
    if (this.#collected <= this.#partBytes) return undefined;
    this.#sending = this.#sendParts();
    return this.#sending;
  }

  async finish(): Promise<StoredObject> {
    const { group } = this.#options;
    const rest = this.#takeAll();
    if (this.#hash === undefined) {
      const sha256 = hash("sha256", rest);
      return { key: await this.#deps.packs.put(group, rest), bytes: this.#bytes, sha256 };
    }
    const name = objectName({ group, name: this.#name });
    if (this.#upload === undefined) await this.#deps.bucket.put(name, rest);
    else {
      await this.#send(this.#upload, rest);
      await this.#deps.bucket.completeUpload({ name, upload: this.#upload }, this.#parts);
    }
    const key = keyOf({ kind: "single", group, name: this.#name, bytes: this.#bytes });
    return { key, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** Removes what was uploaded. */
  async abort(): Promise<void> {
    this.#isAborted = true;
    this.#chunks = [];
    // A part that arrives behind the abort of its upload could stay in the bucket.
    await this.#sending?.catch(() => undefined);
    if (this.#upload === undefined) return;
    const name = objectName({ group: this.#options.group, name: this.#name });
    await this.#deps.bucket.abortUpload({ name, upload: this.#upload });
  }

  /** Sends whole parts, and keeps at least a byte for the last one. */
  async #sendParts(): Promise<void> {
    let rest = this.#takeAll();
    const name = objectName({ group: this.#options.group, name: this.#name });
    this.#upload ??= await this.#deps.bucket.startUpload(name);
    for (; rest.length > this.#partBytes && !this.#isAborted; rest = rest.subarray(this.#partBytes))
      await this.#send(this.#upload, rest.subarray(0, this.#partBytes));
    this.#chunks = [Buffer.from(rest)];
    this.#collected = rest.length;
  }

  async #send(upload: string, body: Uint8Array): Promise<void> {
    const name = objectName({ group: this.#options.group, name: this.#name });
    this.#parts.push(await this.#deps.bucket.uploadPart({ name, upload }, this.#parts.length + 1, body));
  }

  #takeAll(): Buffer {
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#collected = 0;
    return whole;
  }
}

function digested(chunks: readonly Uint8Array[]): Hash {
  const digest = createHash("sha256");
  for (const chunk of chunks) digest.update(chunk);
  return digest;
}

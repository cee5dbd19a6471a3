import { createHash, type Hash, hash } from "node:crypto";
import { tooLarge } from "../errors.ts";
import type { LargeFiles, LargeWriter } from "./largeFiles.ts";
import type { Packs } from "./packs.ts";

/** Bytes of a large object that are collected for one write. */
const WRITE_BYTES = 512 * 1024;

export interface ObjectIntakeDeps {
  readonly packs: Packs;
  readonly files: LargeFiles;
}

export interface IntakeOptions {
  readonly group: string;
  readonly limit: number;
  readonly smallBytes: number;
  readonly durable: boolean;
}

/** One object that comes in: in memory while it is small, then written to a file as it comes. */
export class Intake {
  readonly #deps: ObjectIntakeDeps;
  readonly #options: IntakeOptions;
  /** Set once the object is not small any more; the digest of a small one is made in one call, which is cheaper. */
  #hash: Hash | undefined;
  #chunks: Uint8Array[] = [];
  #collected = 0;
  #bytes = 0;
  #file: LargeWriter | undefined;

  constructor(deps: ObjectIntakeDeps, options: IntakeOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** @throws AppError `too_large`, `no_space` */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#options.limit) throw tooLarge(this.#options.limit);
    this.#chunks.push(chunk);
    this.#collected += chunk.byteLength;
    if (this.#bytes <= this.#options.smallBytes) return undefined;
    if (this.#hash !== undefined) this.#hash.update(chunk);
    else this.#hash = digested(this.#chunks);
    return this.#collected >= WRITE_BYTES ? this.#writeOut() : undefined;
  }

  async finish(): Promise<{ readonly key: string; readonly bytes: number; readonly sha256: string }> {
    if (this.#hash !== undefined) {
      return { key: await this.#placeLarge(), bytes: this.#bytes, sha256: this.#hash.digest("hex") };
    }
    const [first = Buffer.alloc(0), second] = this.#chunks;
    const whole = second === undefined ? first : Buffer.concat(this.#chunks);
    // The stream still refers to this intake, perhaps for as long as its request lasts.
    this.#chunks = [];
    return {
      key: await this.#deps.packs.put(this.#options.group, whole, this.#options.durable),
      bytes: this.#bytes,
      sha256: hash("sha256", whole),
    };
  }

  /** Removes what was written. */
  async abort(): Promise<void> {
    this.#chunks = [];
    await this.#file?.abort();
  }

  async #placeLarge(): Promise<string> {
    const { group, durable } = this.#options;
    if (this.#collected > 0) await this.#writeOut();
    this.#file ??= this.#deps.files.write(durable);
    return await this.#file.finish(group, this.#bytes);
  }

  async #writeOut(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#collected = 0;
    this.#file ??= this.#deps.files.write(this.#options.durable);
    await this.#file.append(chunks);
  }
}

function digested(chunks: readonly Uint8Array[]): Hash {
  const digest = createHash("sha256");
  for (const chunk of chunks) digest.update(chunk);
  return digest;
}

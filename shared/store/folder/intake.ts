import { createHash } from "node:crypto";
import { AppError } from "../../errors.ts";
import type { LargeFiles, LargeWriter } from "./largeFiles.ts";
import type { Packs } from "./packs.ts";

/** Bytes of a large object that are collected before they are written. */
const WRITE_BYTES = 512 * 1024;

export interface IntakeOptions {
  readonly packs: Packs;
  readonly files: LargeFiles;
  readonly smallBytes: number;
  readonly group: string;
  readonly limit: number;
  readonly fleeting: boolean;
}

/** One object on its way in: kept in memory while it is small, else written to a file as it comes. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #hash = createHash("sha256");
  #chunks: Uint8Array[] = [];
  #collected = 0;
  #bytes = 0;
  #file: LargeWriter | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** @throws AppError `too_large`, `no_space` */
  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#options.limit) throw tooLarge(this.#options.limit);
    this.#hash.update(chunk);
    this.#chunks.push(chunk);
    this.#collected += chunk.byteLength;
    if (this.#collected >= WRITE_BYTES && this.#bytes > this.#options.smallBytes) await this.#writeOut();
  }

  async finish(): Promise<{ readonly key: string; readonly bytes: number; readonly sha256: string }> {
    const sha256 = this.#hash.digest("hex");
    return { key: await this.#place(), bytes: this.#bytes, sha256 };
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    this.#chunks = [];
    await this.#file?.abort();
  }

  async #place(): Promise<string> {
    const { packs, files, group, smallBytes, fleeting } = this.#options;
    if (this.#bytes <= smallBytes) return await packs.put(group, Buffer.concat(this.#chunks));
    if (this.#collected > 0) await this.#writeOut();
    this.#file ??= files.write(fleeting);
    return await this.#file.finish(group, this.#bytes);
  }

  async #writeOut(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#collected = 0;
    this.#file ??= this.#options.files.write(this.#options.fleeting);
    await this.#file.append(chunks);
  }
}

function tooLarge(limit: number): AppError {
  return new AppError("too_large", `The file is larger than the limit of ${limit} bytes.`, {
    status: 413,
    details: { limit },
  });
}

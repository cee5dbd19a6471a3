import { createHash, type Hash } from "node:crypto";

/** MD5 of the samples as the head of a FLAC file has it: interleaved, little-endian, in whole bytes. */
export class SampleChecksum {
  readonly #hash: Hash = createHash("md5");
  readonly #width: number;
  #bytes = Buffer.alloc(0);

  /** @param bits bits of a sample */
  constructor(bits: number) {
    this.#width = Math.ceil(bits / 8);
  }

  add(planes: readonly Float64Array[], frames: number): void {
    const size = frames * planes.length * this.#width;
    if (this.#bytes.length < size) this.#bytes = Buffer.alloc(size);
    for (const [channel, plane] of planes.entries())
      this.#write(plane, frames, { channel, of: planes.length });
    this.#hash.update(this.#bytes.subarray(0, size));
  }

  hex(): string {
    return this.#hash.digest("hex");
  }

  #write(plane: Float64Array, frames: number, { channel, of }: { channel: number; of: number }): void {
    const [bytes, width] = [this.#bytes, this.#width];
    const step = of * width;
    for (let i = 0, at = channel * width; i < frames; i += 1, at += step) {
      const sample = plane[i] ?? 0;
      for (let byte = 0; byte < width; byte += 1) bytes[at + byte] = sample >> (8 * byte);
    }
  }
}

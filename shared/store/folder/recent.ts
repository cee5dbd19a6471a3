/** Small objects that were put last, so that what is read soon after is not read from the disk. Bounded in bytes. */
export class Recent {
  readonly #limit: number;
  readonly #objects = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(key: string, object: Uint8Array): void {
    this.#objects.set(key, object);
    this.#bytes += object.byteLength;
    for (const oldest of this.#objects.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.forget(oldest);
    }
  }

  get(key: string): Buffer | undefined {
    const object = this.#objects.get(key);
    return object && Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  }

  forget(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#bytes -= object.byteLength;
    this.#objects.delete(key);
  }
}

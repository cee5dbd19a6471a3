import { once } from "node:events";
import { open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { DelayedCall } from "../../shared/async/delayedCall.ts";
import type { Content } from "../../shared/tasks/local.ts";

/** Pieces that may wait are written once they have so many bytes. */
const HELD_BYTES = 64 * 1024;
/** Bytes of a file that are read at a time. */
const BLOCK = 256 * 1024;

/** Writes to an answer piece by piece, and waits while the other side does not read. */
export class Writer {
  readonly #res: Writable;
  readonly #signal: AbortSignal;
  #last: Promise<void> = Promise.resolve();
  #queued = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** A write that fails needs no answer: the lease learns elsewhere that the other side is gone. */
  readonly #flush = new DelayedCall(() => void this.inTurn(nothing).catch(nothing));
  /** For files: a fresh buffer for each piece would cost more in garbage collection than the reading does. */
  #block: Buffer | undefined;

  /** `signal` is aborted when the other side is gone. */
  constructor(res: Writable, signal: AbortSignal) {
    this.#res = res;
    this.#signal = signal;
  }

  /** Nothing is being written. */
  get idle(): boolean {
    return this.#queued === 0;
  }

  /** Runs one `write` after the other, so that their pieces do not mix. */
  inTurn(write: () => Promise<void>): Promise<void> {
    this.#queued += 1;
    const turn = this.#last
      .then(() => this.#writeHeld())
      .then(write)
      .finally(() => {
        this.#queued -= 1;
      });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Writes pieces `ms` later at most: with the next ones that do not wait, or once there are many. Each write wakes the
   * other side, which costs more than a small piece does. Returns a promise only when it writes at once.
   */
  writeWithin(ms: number, ...pieces: readonly Uint8Array[]): Promise<void> | undefined {
    for (const piece of pieces) {
      this.#held.push(piece);
      this.#heldBytes += piece.byteLength;
    }
    if (this.#heldBytes >= HELD_BYTES) return this.inTurn(nothing);
    this.#flush.within(ms);
    return undefined;
  }

  async write(piece: Uint8Array | string): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.#res.write(piece)) await this.#drained();
  }

  /** @throws the signal's reason, and no error of its own: that the other side has left is no fault for the log */
  async #drained(): Promise<void> {
    try {
      await once(this.#res, "drain", { signal: this.#signal });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error;
    }
  }

  async #writeHeld(): Promise<void> {
    this.#flush.settle();
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    if (held.length > 0) await this.write(Buffer.concat(held));
  }

  /** Exactly `bytes` bytes of a body; a file that has become shorter is an error. */
  async writeBody(body: Content, bytes: number): Promise<void> {
    let left = bytes;
    for await (const chunk of this.#chunksOf(body)) {
      left -= chunk.length;
      await (body instanceof Uint8Array ? this.write(chunk) : this.#writeOut(chunk));
    }
    if (left !== 0) throw new Error("a result has changed while it was sent");
  }

  async writeBase64(body: Content): Promise<void> {
    let rest: Uint8Array = Buffer.alloc(0);
    for await (const chunk of this.#chunksOf(body)) {
      const all = Buffer.concat([rest, chunk]);
      const whole = all.length - (all.length % 3);
      rest = all.subarray(whole);
      await this.write(all.toString("base64", 0, whole));
    }
    await this.write(Buffer.from(rest).toString("base64"));
  }

  async end(): Promise<void> {
    await this.#last;
    if (!this.#res.destroyed) this.#res.end();
  }

  /** A chunk of a file is valid until the next one is asked for: they share a buffer. */
  async *#chunksOf(body: Content): AsyncGenerator<Uint8Array> {
    if (body instanceof Uint8Array) {
      yield body;
      return;
    }
    this.#block ??= Buffer.allocUnsafeSlow(BLOCK);
    const handle = await open(body.path);
    try {
      for (;;) {
        const { bytesRead } = await handle.read(this.#block, 0, BLOCK);
        if (bytesRead === 0) return;
        yield this.#block.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  /** Resolves when the piece may be overwritten. */
  async #writeOut(piece: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = () => reject(this.#signal.reason);
      this.#signal.addEventListener("abort", leave, { once: true });
      this.#res.write(piece, (error) => {
        this.#signal.removeEventListener("abort", leave);
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

async function nothing(): Promise<void> {
  // Pieces that wait are written in each turn.
}

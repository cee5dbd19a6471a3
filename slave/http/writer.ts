import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Body } from "../../shared/tasks/local.ts";

/** Writes to an answer piece by piece, and waits while the other side does not read. */
export class Writer {
  readonly #res: ServerResponse;
  readonly #signal: AbortSignal;
  #last: Promise<void> = Promise.resolve();
  #queued = 0;

  /** `signal` is aborted when the other side is gone. */
  constructor(res: ServerResponse, signal: AbortSignal) {
    this.#res = res;
    this.#signal = signal;
  }

  /** Nothing is being written. */
  get idle(): boolean {
    return this.#queued === 0;
  }

  /** Runs one writer after the other, so that no two mix their pieces. */
  inTurn(write: () => Promise<void>): Promise<void> {
    this.#queued += 1;
    const turn = this.#last.then(write).finally(() => {
      this.#queued -= 1;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async write(piece: Uint8Array | string): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.#res.write(piece)) await once(this.#res, "drain", { signal: this.#signal });
  }

  /** Exactly `bytes` bytes of a body; a file that has become shorter is an error. */
  async writeBody(body: Body, bytes: number): Promise<void> {
    let left = bytes;
    for await (const chunk of chunksOf(body)) {
      await this.write(chunk);
      left -= chunk.length;
    }
    if (left !== 0) throw new Error("a result has changed while it was sent");
  }

  async writeBase64(body: Body): Promise<void> {
    let rest: Uint8Array = Buffer.alloc(0);
    for await (const chunk of chunksOf(body)) {
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
}

async function* chunksOf(body: Body): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* createReadStream(body.path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
}

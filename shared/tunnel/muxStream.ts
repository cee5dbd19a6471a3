import { Duplex } from "node:stream";
import { FRAME, type FrameType, WINDOW_BYTES } from "./protocol.ts";

/** What a stream needs of the connection that carries it. */
export interface StreamCarrier {
  readonly remoteAddress: string | undefined;
  send(type: FrameType, id: number, content: Buffer | number): void;
  /** Calls back when the connection takes more bytes. */
  whenWritable(then: () => void): void;
  forget(id: number): void;
}

type Done = (error?: Error | null) => void;

/** One of many connections over a single one, as HTTP uses it: a socket whose settings are those of the connection below. */
export class MuxStream extends Duplex {
  readonly remoteAddress: string | undefined;
  bytesRead = 0;
  bytesWritten = 0;
  /** Whether the connection below has ended, and not this stream alone. */
  isLost = false;
  readonly #id: number;
  readonly #carrier: StreamCarrier;
  #credit = WINDOW_BYTES;
  #granted = 0;
  #waiting: (() => void) | undefined;

  constructor(id: number, carrier: StreamCarrier) {
    super();
    this.#id = id;
    this.#carrier = carrier;
    this.remoteAddress = carrier.remoteAddress;
    // An idle connection that breaks has no other listener.
    this.on("error", () => undefined);
  }

  /** Takes bytes of the peer. Answers false when the peer sent more than it was allowed to. */
  receive(chunk: Buffer): boolean {
    this.bytesRead += chunk.length;
    if (this.bytesRead - this.#granted > WINDOW_BYTES) return false;
    this.push(chunk);
    this.#grant();
    return true;
  }

  /** The peer allows so many bytes more. */
  allow(bytes: number): void {
    this.#credit += bytes;
    const resume = this.#waiting;
    this.#waiting = undefined;
    resume?.();
  }

  /** The peer has reset the stream. */
  cut(): void {
    this.destroy(Object.assign(new Error("the connection was cut"), { code: "ECONNRESET" }));
  }

  /** The connection below is gone. */
  lose(): void {
    this.isLost = true;
    this.cut();
  }

  override _read(): void {
    this.#grant();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#transmit(chunk, done);
  }

  /** Sends what the peer allows; the rest waits for more credit. */
  #transmit(chunk: Buffer, done: Done): void {
    const now = chunk.subarray(0, this.#credit);
    if (now.length > 0) {
      this.#credit -= now.length;
      this.bytesWritten += now.length;
      this.#carrier.send(FRAME.data, this.#id, now);
    }
    if (now.length === chunk.length) this.#carrier.whenWritable(done);
    else this.#waiting = () => this.#transmit(chunk.subarray(now.length), done);
  }

  override _final(done: Done): void {
    this.#carrier.send(FRAME.end, this.#id, 0);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!(this.readableEnded && this.writableFinished)) this.#carrier.send(FRAME.reset, this.#id, 0);
    this.#carrier.forget(this.#id);
    done(error);
  }

  /** Bytes that the reader has taken are allowed again, half a window at a time. */
  #grant(): void {
    const taken = this.bytesRead - this.readableLength - this.#granted;
    if (taken < WINDOW_BYTES / 2) return;
    this.#granted += taken;
    this.#carrier.send(FRAME.credit, this.#id, taken);
  }

  // HTTP calls these on its socket. The connection below has settings and a watch of its own.

  setTimeout(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

import type { Socket } from "node:net";

/** Bytes before each message: the lengths of its head and its body. */
const PREFIX = 8;

/**
 * Messages between the slave's process and a child: each is an object that JSON can carry, and raw bytes. Node's own
 * channel of a forked process costs twice as much. Messages are kept until `take` is called, so that several are read
 * together.
 */
export class ChildChannel<Sent extends object, Received extends object> {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Least bytes that may hold a whole message. */
  #needed = PREFIX;

  /** `onArrival` is called when something has come that may make a message. */
  constructor(socket: Socket, onArrival: () => void) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes >= this.#needed) onArrival();
    });
    // The process at the other side has ended, which its owner learns from the process itself.
    socket.on("error", () => undefined);
  }

  /** Resolves when the operating system has all that was sent. */
  async flushed(): Promise<void> {
    const socket = this.#socket;
    if (socket.writableLength > 0) await new Promise<void>((resolve) => socket.write("", () => resolve()));
  }

  /** Does nothing when the other side is gone. */
  send(head: Sent, body: readonly Uint8Array[] = []): void {
    if (this.#socket.writable) this.#socket.write(encode(head, body));
  }

  /** As `send`, in one write with all that is sent in this turn of the event loop. */
  sendSoon(head: Sent, body?: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    this.send(head, body);
  }

  /** Removes and returns the whole messages that have come. A body is a view of the bytes that were read. */
  *take(): Generator<{ readonly head: Received; readonly body: Buffer }> {
    if (this.#bytes < this.#needed) return;
    let rest = this.#chunks.length === 1 ? (this.#chunks[0] ?? EMPTY) : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    for (;;) {
      const length = lengthOf(rest);
      if (rest.length < length) break;
      const head = rest.readUInt32LE(0);
      const message = rest.subarray(PREFIX, length);
      rest = rest.subarray(length);
      yield {
        head: JSON.parse(message.toString("utf8", 0, head)) as Received,
        body: message.subarray(head),
      };
    }
    this.#needed = lengthOf(rest);
    if (rest.length > 0) this.#chunks.unshift(rest);
    this.#bytes += rest.length;
  }
}

const EMPTY = Buffer.alloc(0);

function lengthOf(bytes: Buffer): number {
  return bytes.length < PREFIX ? PREFIX : PREFIX + bytes.readUInt32LE(0) + bytes.readUInt32LE(4);
}

function encode(head: object, body: readonly Uint8Array[]): Buffer {
  const json = JSON.stringify(head);
  const headBytes = Buffer.byteLength(json);
  const bodyBytes = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const frame = Buffer.allocUnsafe(PREFIX + headBytes + bodyBytes);
  frame.writeUInt32LE(headBytes, 0);
  frame.writeUInt32LE(bodyBytes, 4);
  frame.write(json, PREFIX);
  let at = PREFIX + headBytes;
  for (const piece of body) {
    frame.set(piece, at);
    at += piece.byteLength;
  }
  return frame;
}

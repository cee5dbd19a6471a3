import type { Socket } from "node:net";

/** Lengths of the head and of the body, before them. */
const PREFIX = 8;

/**
 * Messages between the slave's process and a child: an object that JSON can carry, and bytes, which go as they
 * are. Node's own channel of a forked process costs twice as much. What has come is kept until it is asked for, so
 * that several messages can be looked at in one go.
 */
export class ChildChannel<Sent extends object, Received extends object> {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes without which there is no whole message. */
  #needed = PREFIX;

  /** `onArrival` is called when something has come that may make a message. */
  constructor(socket: Socket, onArrival: () => void) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes >= this.#needed) onArrival();
    });
    // The end of the process at the other side is noticed by itself.
    socket.on("error", () => undefined);
  }

  /** Resolves when the other side has it, or the system holds it for that. */
  async flushed(): Promise<void> {
    const socket = this.#socket;
    if (socket.writableLength > 0) await new Promise<void>((resolve) => socket.write("", () => resolve()));
  }

  /** Whoever is gone gets nothing, in silence. */
  send(head: Sent, body: readonly Uint8Array[] = []): void {
    if (this.#socket.writable) this.#socket.write(encode(head, body));
  }

  /** As `send`, together with all else that is sent in this turn. */
  sendSoon(head: Sent, body?: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    this.send(head, body);
  }

  /** All whole messages that have come; a body is a view of what was read. */
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

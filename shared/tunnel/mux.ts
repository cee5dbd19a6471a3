import type { Socket } from "node:net";
import { MuxStream, type StreamCarrier } from "./muxStream.ts";
import { FRAME, type FrameType, HEADER_BYTES } from "./protocol.ts";
import { watchPeer } from "./watchPeer.ts";

export interface MuxEvents {
  /** Called for each stream that the peer opens. */
  readonly onStream: (stream: MuxStream) => void;
  /** Called once when the connection has ended. */
  readonly onEnd: () => void;
}

/** Many streams over one connection. Each has a window of its own, so that one without a reader does not stop the others. */
export class Mux {
  readonly #socket: Socket;
  readonly #events: MuxEvents;
  readonly #streams = new Map<number, MuxStream>();
  readonly #carrier: StreamCarrier;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  /** Bytes that the current frame still has, and its stream. */
  #left = 0;
  #current = 0;
  #lastId = 0;
  #corked = false;
  #drained: (() => void)[] = [];

  constructor(socket: Socket, events: MuxEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#carrier = {
      remoteAddress: socket.remoteAddress,
      send: (type, id, content) => this.#send(type, id, content),
      whenWritable: (then) => this.#whenWritable(then),
      forget: (id) => this.#streams.delete(id),
    };
    socket.setTimeout(0).setNoDelay(true);
    const unwatch = watchPeer(socket, {
      ping: () => this.#send(FRAME.ping, 0, 0),
      onSilent: () => this.destroy(),
    });
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("drain", () => this.#drain());
    // `close` follows.
    socket.on("error", () => undefined);
    socket.once("end", () => socket.destroy());
    socket.once("close", () => {
      unwatch();
      for (const stream of this.#streams.values()) stream.lose();
      this.#drain();
      events.onEnd();
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Only one of the two ends may open streams. */
  open(): MuxStream {
    this.#lastId += 1;
    this.#send(FRAME.open, this.#lastId, 0);
    return this.#add(this.#lastId);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #add(id: number): MuxStream {
    const stream = new MuxStream(id, this.#carrier);
    this.#streams.set(id, stream);
    return stream;
  }

  #send(type: FrameType, id: number, content: Buffer | number): void {
    if (this.#socket.destroyed) return;
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt8(type, 0);
    header.writeUInt32BE(id, 1);
    header.writeUInt32BE(typeof content === "number" ? content : content.length, 5);
    this.#cork();
    this.#socket.write(header);
    if (typeof content !== "number") this.#socket.write(content);
  }

  /** Frames of one tick leave together. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  #whenWritable(then: () => void): void {
    if (this.#socket.writableNeedDrain) this.#drained.push(then);
    else then();
  }

  #drain(): void {
    for (const then of this.#drained.splice(0)) then();
  }

  #read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.isOpen) {
      if (this.#left > 0) at += this.#readData(chunk.subarray(at, at + this.#left));
      else at += this.#readHeader(chunk.subarray(at, at + HEADER_BYTES - this.#headerBytes));
    }
  }

  #readData(bytes: Buffer): number {
    this.#left -= bytes.length;
    const stream = this.#streams.get(this.#current);
    // A peer that ignores the window would fill the memory.
    if (stream?.receive(bytes) === false) this.destroy();
    return bytes.length;
  }

  #readHeader(bytes: Buffer): number {
    this.#headerBytes += bytes.copy(this.#header, this.#headerBytes);
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0;
      const header = this.#header;
      this.#frame(header.readUInt8(0), header.readUInt32BE(1), header.readUInt32BE(5));
    }
    return bytes.length;
  }

  #frame(type: number, id: number, length: number): void {
    const stream = this.#streams.get(id);
    switch (type) {
      case FRAME.open:
        this.#events.onStream(this.#add(id));
        break;
      case FRAME.data:
        this.#left = length;
        this.#current = id;
        break;
      case FRAME.end:
        stream?.push(null);
        break;
      case FRAME.reset:
        stream?.cut();
        break;
      case FRAME.credit:
        stream?.allow(length);
        break;
      case FRAME.ping:
        break;
      default:
        // Not this protocol.
        this.destroy();
    }
  }
}

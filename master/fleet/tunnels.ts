import type { Socket } from "node:net";
import { Mux } from "../../shared/tunnel/mux.ts";
import type { MuxStream } from "../../shared/tunnel/muxStream.ts";

/** The connections that slaves opened and hold, by the ids of the slaves. On each only this master opens streams. */
export class Tunnels {
  readonly #open = new Map<string, Mux>();
  readonly #onEnd: (id: string) => void;

  /** @param onEnd called when the connection of a slave has ended, and no newer one has taken its place */
  constructor(onEnd: (id: string) => void) {
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#open.size;
  }

  has(id: string): boolean {
    return this.#open.get(id)?.isOpen === true;
  }

  /** Takes over a connection that was upgraded. It replaces an earlier one of the same slave, which may be half open. */
  accept(id: string, socket: Socket): void {
    const tunnel = new Mux(socket, {
      // Slaves open no streams.
      onStream: () => tunnel.destroy(),
      onEnd: () => {
        if (this.#open.get(id) !== tunnel) return;
        this.#open.delete(id);
        this.#onEnd(id);
      },
    });
    const before = this.#open.get(id);
    this.#open.set(id, tunnel);
    before?.destroy();
  }

  /** A connection of HTTP/1 to a slave. @throws Error `ECONNRESET` when the slave holds none to this master */
  connect(id: string): MuxStream {
    const tunnel = this.#open.get(id);
    if (tunnel?.isOpen !== true)
      throw Object.assign(new Error("the slave holds no connection"), { code: "ECONNRESET" });
    return tunnel.open();
  }

  close(): void {
    for (const tunnel of this.#open.values()) tunnel.destroy();
  }
}

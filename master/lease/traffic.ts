import { ClientRequest } from "node:http";
import type { Socket } from "node:net";

/** Bytes, heads of requests and answers included. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

/** Bytes over connections that are used again and again: they are read where they are asked for. */
export class ConnectionTraffic {
  readonly #open = new Set<Socket>();
  #closed: Traffic = { sent: 0, received: 0 };

  /** Counts the connection of a request that has its answer, from its beginning. @param request as axios has it */
  note(request: unknown): void {
    if (!(request instanceof ClientRequest)) return;
    const { socket } = request;
    if (socket === null || socket.destroyed || this.#open.has(socket)) return;
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#closed = sumOf(this.#closed, socket);
    });
  }

  get total(): Traffic {
    return [...this.#open].reduce(sumOf, this.#closed);
  }
}

function sumOf({ sent, received }: Traffic, { bytesWritten, bytesRead }: Socket): Traffic {
  return { sent: sent + bytesWritten, received: received + bytesRead };
}

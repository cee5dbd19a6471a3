import { Socket } from "node:net";

/** The sockets of a record's connections, so that those to a server that fell silent can be cut. */
export class Sockets {
  readonly #open = new Set<Socket>();

  /** Makes the socket of a connection. */
  readonly make = (): Socket => {
    const socket = new Socket();
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    return socket;
  };

  /** Ends all of them without waiting for the server. What runs over them fails, as of a connection that broke. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

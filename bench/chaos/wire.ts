import { connect, createServer, type Server, type Socket } from "node:net";

/** A proxy between master and slave that can reset a connection in the middle of a body. */
export interface Wire {
  /** Resets the next connection after this number of bytes, in either direction. */
  cutAfter(bytes: number): void;
  /** Connections that were reset. */
  readonly cuts: number;
  close(): Promise<void>;
}

/**
 * Stands on another loopback address at the slave's own port, so that the slave needs nothing but
 * `SLAVE_IP` to be reached through it.
 */
export async function startWire(address: string, port: number): Promise<Wire> {
  const wires = new Set<Socket>();
  const state = { cuts: 0, cutAfter: undefined as number | undefined };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const cut = () => {
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    let carried = 0;
    const carry = (chunk: Buffer) => {
      carried += chunk.length;
      if (state.cutAfter === undefined || carried < state.cutAfter) return;
      state.cutAfter = undefined;
      state.cuts += 1;
      cut();
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      wires.add(from);
      from
        .on("data", carry)
        .on("error", cut)
        .on("close", () => {
          wires.delete(from);
          to.destroy();
        });
      from.pipe(to);
    }
  });
  await listening(server, address, port);
  return {
    cutAfter: (bytes) => {
      state.cutAfter = bytes;
    },
    get cuts() {
      return state.cuts;
    },
    close: async () => {
      for (const wire of wires) wire.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listening(server: Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
}

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface BadNetworkOptions {
  /** Address of this side; the other side is the same port of 127.0.0.1. */
  readonly address: string;
  readonly port: number;
  /** Delay of each piece of a connection, milliseconds; a lost packet is a long one, as TCP sends it again. */
  readonly delay: () => number;
  /** Bytes after which a connection is reset; undefined: it is not. */
  readonly cutAfter: () => number | undefined;
}

export interface BadNetwork {
  /** Connections that were reset, and pieces that were delayed. */
  readonly cuts: number;
  readonly delayed: number;
  close(): Promise<void>;
}

/** A network between master and slave that delays all bytes and resets connections. */
export async function badNetwork(options: BadNetworkOptions): Promise<BadNetwork> {
  const { address, port, delay, cutAfter } = options;
  const counts = { cuts: 0, delayed: 0 };
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    let left = cutAfter() ?? Number.POSITIVE_INFINITY;
    const cut = () => {
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    const pass = (bytes: number) => {
      counts.delayed += 1;
      left -= bytes;
      if (left > 0) return true;
      counts.cuts += 1;
      left = Number.POSITIVE_INFINITY;
      cut();
      return false;
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on("error", cut).once("close", () => {
        open.delete(from);
        to.destroy();
      });
      void carry(from, to, async (bytes) => {
        await new Promise((resolve) => setTimeout(resolve, delay()));
        return pass(bytes);
      }).catch(cut);
    }
  });
  server.listen(port, address);
  await once(server, "listening");
  return {
    get cuts() {
      return counts.cuts;
    },
    get delayed() {
      return counts.delayed;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes piece after piece on, in order, while `pass` allows it. */
async function carry(from: Socket, to: Socket, pass: (bytes: number) => Promise<boolean>): Promise<void> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    if (!(await pass(chunk.length))) return;
    if (!to.write(chunk)) await once(to, "drain");
  }
  to.end();
}

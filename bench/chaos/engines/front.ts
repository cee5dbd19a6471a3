import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A door to several masters, as a proxy before them: each connection goes to one that accepts it. */
export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

/** Takes the masters in turn, and the next one where nothing listens. */
export async function openFront(ports: readonly number[]): Promise<Front> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const pass = (client: Socket, tries: number) => {
    const port = ports[turn++ % ports.length] ?? 0;
    const master = connect(port, "127.0.0.1");
    sockets.add(master);
    master.on("close", () => sockets.delete(master));
    master.once("connect", () => {
      client.on("close", () => master.destroy());
      // What the master sent before its end is still on its way.
      master.on("close", () => client.end());
      client.pipe(master).pipe(client);
    });
    master.on("error", () => {
      if (master.connecting || master.bytesRead + master.bytesWritten > 0) client.destroy();
      else if (tries < ports.length) pass(client, tries + 1);
      else client.destroy();
    });
  };
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => sockets.delete(client));
    pass(client, 1);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

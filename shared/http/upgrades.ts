import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

const upgrading = new WeakSet<IncomingMessage>();

/** Whether the connection of the request is the handler's alone: it may speak another protocol on it. */
export function isUpgrade(req: IncomingMessage): boolean {
  return upgrading.has(req);
}

/**
 * Lets the server's handlers answer requests for an upgrade to this protocol. Requests for another one, such as the
 * `h2c` that some clients offer, are answered as if they asked for none.
 */
export function serveUpgrades(server: Server, protocol: string): void {
  server.on("upgrade", (req, socket: Socket, head: Buffer) => {
    if (req.headers.upgrade !== protocol) return serveAgain(server, socket, [headWithoutUpgrade(req), head]);
    if (head.length > 0) socket.unshift(head);
    socket.on("error", () => socket.destroy());
    upgrading.add(req);
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    res.once("finish", () => socket.end());
    server.emit("request", req, res);
  });
}

/** Node has ended HTTP on the connection, so the request is read as the first one of a new connection. */
function serveAgain(server: Server, socket: Socket, bytes: readonly Buffer[]): void {
  socket.unshift(Buffer.concat(bytes));
  server.emit(socket instanceof TLSSocket ? "secureConnection" : "connection", socket);
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Mux } from "../shared/tunnel/mux.ts";
import { TUNNEL_ID, TUNNEL_PATH, TUNNEL_PROTOCOL } from "../shared/tunnel/protocol.ts";
import { TunnelRefusedError } from "../shared/tunnel/refused.ts";
import type { MasterAccess } from "./masterCalls.ts";

export interface TunnelDeps extends MasterAccess {
  /** Secret id that the slave shows here and when it registers. */
  readonly id: string;
  /** Serves a connection of HTTP/1 that the master opened. */
  readonly serve: (connection: Duplex) => void;
  /** Called when a connection that was open has ended. */
  readonly onEnd: () => void;
}

/** Longest time until a master has answered. */
const TIMEOUT_MS = 5_000;

/** The one connection of a slave that listens nowhere: it opens and holds it, and its master calls it over it. */
export class Tunnel {
  readonly #deps: TunnelDeps;
  #mux: Mux | undefined;
  #url: string | undefined;

  constructor(deps: TunnelDeps) {
    this.#deps = deps;
  }

  get id(): string {
    return this.#deps.id;
  }

  /**
   * Resolves when a connection to this master is open; one to another master is closed.
   * @throws TunnelRefusedError, and errors of Node's sockets
   */
  async open(url: string, signal: AbortSignal): Promise<void> {
    if (this.#url === url && this.#mux?.isOpen === true) return;
    this.close();
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const socket = await this.#dial(url, inTime);
    const mux = new Mux(socket, {
      onStream: this.#deps.serve,
      onEnd: () => {
        if (this.#mux === mux) this.#deps.onEnd();
      },
    });
    this.#mux = mux;
    this.#url = url;
  }

  close(): void {
    const mux = this.#mux;
    this.#mux = undefined;
    mux?.destroy();
  }

  async #dial(url: string, signal: AbortSignal): Promise<Socket> {
    const { id, token, ca } = this.#deps;
    const headers = {
      connection: "Upgrade",
      upgrade: TUNNEL_PROTOCOL,
      [TUNNEL_ID]: id,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const { request } = url.startsWith("https:") ? https : http;
    const asked = request(`${url}${TUNNEL_PATH}`, { agent: false, headers, ca, signal });
    asked.end();
    return await upgraded(asked);
  }
}

function upgraded(request: ClientRequest): Promise<Socket> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response: IncomingMessage) => {
      response.destroy();
      reject(new TunnelRefusedError(response.statusCode ?? 0));
    });
    request.once("upgrade", (_response, socket: Socket, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
  });
}

import { Agent, type AgentOptions, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import type { Tunnels } from "../fleet/tunnels.ts";

/** Connections to slaves over those that they hold. Hosts are ids of slaves: none is ever looked up or dialled. */
export class TunnelAgent extends Agent {
  readonly #tunnels: Pick<Tunnels, "connect">;

  constructor(options: AgentOptions, tunnels: Pick<Tunnels, "connect">) {
    super(options);
    this.#tunnels = tunnels;
  }

  override createConnection({ host }: ClientRequestArgs): Duplex {
    return this.#tunnels.connect(outIdOf(host ?? ""));
  }
}

function outIdOf(host: string): string {
  return host.split(".")[0] ?? "";
}

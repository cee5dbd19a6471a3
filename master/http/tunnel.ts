import type { RequestHandler } from "express";
import { AppError, RequestError } from "../../shared/errors.ts";
import { isUpgrade } from "../../shared/http/upgrades.ts";
import { TUNNEL_ID, TUNNEL_PROTOCOL } from "../../shared/tunnel/protocol.ts";
import { outSlaveId } from "../fleet/place.ts";
import { tooManySlaves } from "../fleet/registrant.ts";
import type { Tunnels } from "../fleet/tunnels.ts";

export interface OpenTunnelDeps {
  readonly tunnels: Pick<Tunnels, "accept" | "has" | "size">;
  readonly maxSlaves: number;
}

const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${TUNNEL_PROTOCOL}\r\n\r\n`;

/** `GET /tunnel`: a slave opens the connection over which this master will call it. */
export function openTunnel({ tunnels, maxSlaves }: OpenTunnelDeps): RequestHandler {
  return (req, res) => {
    if (!isUpgrade(req))
      throw new AppError("upgrade_required", `This address takes only Upgrade: ${TUNNEL_PROTOCOL}.`, {
        status: 426,
        headers: { Upgrade: TUNNEL_PROTOCOL },
      });
    const id = req.headers[TUNNEL_ID];
    if (typeof id !== "string" || !/^[\da-f-]{36}$/.test(id))
      throw new RequestError("bad_registration", `${TUNNEL_ID} must be the id of a slave.`, {
        details: { field: TUNNEL_ID },
      });
    if (tunnels.size >= maxSlaves && !tunnels.has(outSlaveId(id))) throw tooManySlaves();
    const { socket } = req;
    res.detachSocket(socket);
    socket.write(SWITCHING);
    tunnels.accept(outSlaveId(id), socket);
  };
}

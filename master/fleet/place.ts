import { createHash } from "node:crypto";
import type { RegisterRequest } from "../../shared/contract/fleet.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import { pinAddress } from "./address.ts";
import { slaveId } from "./slave.ts";

/** Where the master calls a slave. */
export interface SlavePlace {
  readonly id: string;
  /** Pinned address. Of a slave that holds a connection: a name that no resolver knows (RFC 6761). */
  readonly ip: string;
}

type Told = Pick<RegisterRequest, "slave_ip" | "slave_port" | "tunnel">;

/**
 * @param hasTunnel whether the slave with this id holds a connection to this master
 * @throws RequestError `slave_address_refused`, `slave_address_unknown`, `bad_registration`; AppError `no_tunnel`
 */
export async function placeOf(
  { slave_ip, slave_port, tunnel }: Told,
  remote: string,
  hasTunnel: (id: string) => boolean,
): Promise<SlavePlace> {
  if (tunnel !== undefined) {
    const id = outSlaveId(tunnel);
    if (!hasTunnel(id)) throw noTunnel();
    return { id, ip: `${id}.invalid` };
  }
  if (slave_port === 0)
    throw new RequestError("bad_registration", "slave_ip and slave_port are required", {
      details: {
        field: "slave_port",
        hint: "slave_port: 0 is for slaves that hold a connection and name it in tunnel.",
      },
    });
  const ip = await pinAddress(slave_ip, remote);
  return { id: slaveId(ip, slave_port), ip };
}

/** Clients see it. It does not tell the secret id that the slave shows. */
export function outSlaveId(tunnel: string): string {
  return createHash("sha256").update(`tunnel ${tunnel}`).digest("hex").slice(0, 12);
}

function noTunnel(): AppError {
  return new AppError(
    "no_tunnel",
    "The slave holds no connection to this master. It opens one at /tunnel before it registers.",
    { status: 409 },
  );
}

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError, isErrno } from "../errors.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Prefix of the variables that set host and port. */
  readonly role: "MASTER" | "SLAVE";
}

/**
 * Begins to listen.
 * @returns the port
 * @throws AppError `port_in_use`, `cannot_listen`
 */
export async function listenOn(server: Server, at: ListenAddress): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(asAppError(error, at)));
    server.listen(at.port, at.host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function asAppError(error: Error, { host, port, role }: ListenAddress): Error {
  if (isErrno(error, "EADDRINUSE")) {
    const hint = `Set ${role}_PORT to another port, or to 0 for a free one.`;
    return new AppError("port_in_use", `Port ${port} of ${host} is in use. ${hint}`);
  }
  if (isErrno(error, "EACCES", "EPERM")) {
    const hint = `Set ${role}_PORT to a port above 1023.`;
    return new AppError("cannot_listen", `This user may not listen on port ${port}. ${hint}`);
  }
  if (isErrno(error, "EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EAFNOSUPPORT")) {
    const hint = `Set ${role}_HOST to an address of this machine, or to 0.0.0.0 for all of them.`;
    return new AppError("cannot_listen", `${host} is no address of this machine. ${hint}`);
  }
  return error;
}

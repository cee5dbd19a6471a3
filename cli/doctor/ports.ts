import { once } from "node:events";
import { createServer } from "node:net";
import { isErrno } from "../../shared/errors.ts";
import { hostAndPort } from "../../shared/http/address.ts";
import type { Role } from "../../shared/process/member.ts";
import { type DoctorFinding, ok, problem, warning } from "./finding.ts";
import { portOwner } from "./portOwner.ts";
import { probe } from "./probe.ts";

export interface PortQuestion {
  readonly role: Role;
  readonly host: string;
  readonly port: number;
  readonly ca: Buffer | undefined;
}

/** Whether a master or a slave could listen here, and if not, which program does. */
export async function portState({ role, host, port, ca }: PortQuestion): Promise<DoctorFinding> {
  const check = `port of a ${role}`;
  const variable = `${role.toUpperCase()}_PORT`;
  if (port === 0) return ok(check, "any free one");
  const fault = await listenFault(host, port);
  if (fault === undefined) return ok(check, `${port} is free`);
  if (isErrno(fault, "EADDRINUSE")) return await inUse({ role, host, port, ca }, check);
  if (isErrno(fault, "EACCES", "EPERM"))
    return problem(
      check,
      `This user may not listen on port ${port}.`,
      `Set ${variable} to a port above 1023.`,
    );
  const remedy = `Set ${role.toUpperCase()}_HOST to an address of this machine, or to 0.0.0.0 for all of them.`;
  return problem(check, `${host} is no address of this machine.`, remedy);
}

async function inUse({ role, host, port, ca }: PortQuestion, check: string): Promise<DoctorFinding> {
  const at = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const running = await memberAt(hostAndPort(at, port), ca);
  if (running === role) return ok(check, `${port} is in use by a running ${role}`);
  const owner = running === undefined ? await portOwner(port) : `a running ${running}`;
  return warning(
    check,
    `Port ${port} is in use by ${owner ?? "another program"}.`,
    `End that program, or set ${role.toUpperCase()}_PORT to another port before a ${role} starts here.`,
  );
}

/** Which of our programs answers at an address. */
async function memberAt(address: string, ca: Buffer | undefined): Promise<Role | undefined> {
  for (const scheme of ["http", "https"]) {
    const slave = await probe(`${scheme}://${address}/`, { ca }).catch(() => undefined);
    if (slave?.body.startsWith("Slave is working")) return "slave";
    const master = await probe(`${scheme}://${address}/version`, { ca }).catch(() => undefined);
    if (master?.body.includes('"manyhands"') || master?.body.includes("unauthorized")) return "master";
  }
  return undefined;
}

async function listenFault(host: string, port: number): Promise<unknown> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return undefined;
  } catch (error) {
    return error;
  } finally {
    server.close();
  }
}

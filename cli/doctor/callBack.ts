import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SlaveCheckAnswer } from "../../shared/contract/fleet.ts";
import { type DoctorFinding, ok, problem } from "./finding.ts";
import { type ProbeTerms, probe } from "./probe.ts";

/** Where a slave of this machine would listen. */
export interface WouldBeSlave {
  readonly host: string;
  readonly port: number;
  readonly announced: string | undefined;
}

const CHECK = "way back";

/**
 * Listens for a moment where a slave of this machine would, and lets the master call there. Undefined where that tells
 * nothing: the master is too old, or asks for another token, or this machine cannot listen there.
 */
export async function calledBack(
  master: string,
  { host, port, announced }: WouldBeSlave,
  terms: ProbeTerms,
): Promise<DoctorFinding | undefined> {
  const instance = randomUUID();
  const server = createServer((_req, res) => void res.end(JSON.stringify({ status: "alive", instance })));
  server.listen(port, host);
  // Another program has the port, perhaps a slave: then that one is called.
  const isOwn = await once(server, "listening").then(
    () => true,
    () => false,
  );
  const slave_port = isOwn ? (server.address() as AddressInfo).port : port;
  const body = { slave_port, ...(announced === undefined ? {} : { slave_ip: announced }) };
  try {
    const answer = await probe(`${master}/slaves/check`, { ...terms, body });
    if (answer.status !== 200) return undefined;
    const told = JSON.parse(answer.body) as SlaveCheckAnswer;
    const isOther = told.reached && isOwn && told.instance !== instance;
    return findingOf(
      isOther ? { ...told, reached: false, reason: "another machine answers there" } : told,
      slave_port,
    );
  } catch {
    return undefined;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function findingOf({ reached, address, reason }: SlaveCheckAnswer, port: number): DoctorFinding {
  if (reached) return ok(CHECK, `the master reaches this machine at ${address}`);
  return problem(
    CHECK,
    `The master does not reach a slave of this machine at ${address}${reason === undefined ? "." : `: ${reason}.`}`,
    `Let the firewall of this machine pass port ${port} from the master, or set SLAVE_IP to the address by which the master reaches it.`,
  );
}

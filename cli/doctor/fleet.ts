import { networkInterfaces } from "node:os";
import { isLoopback } from "../../shared/access.ts";
import { CodedError } from "../../shared/errors.ts";
import { allowanceOf } from "../../shared/tasks/allowed.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import { VERSION } from "../../shared/version.ts";
import { ownName, startCommand } from "../output/ownName.ts";
import { counted } from "../output/words.ts";
import { FleetClient, type SlaveView, type TaskView } from "../sdk/index.ts";
import { nodeFetch } from "../sdk/node.ts";
import { calledBack, type WouldBeSlave } from "./callBack.ts";
import { type DoctorFinding, ok, problem, warning } from "./finding.ts";
import { probe } from "./probe.ts";

export interface FleetQuestion {
  readonly url: string;
  readonly token: string | undefined;
  readonly ca: Buffer | undefined;
  readonly signal: AbortSignal;
  /** The token that master and slaves show each other. */
  readonly fleetToken: string | undefined;
  /** Where a slave of this machine listens. */
  readonly slave: WouldBeSlave;
}

/** The master, this user's access to it, and its slaves. What cannot be known after a failure is left out. */
export async function fleetState(asked: FleetQuestion): Promise<DoctorFinding[]> {
  const client = new FleetClient({
    ...{ master: asked.url, token: asked.token, fetch: nodeFetch({ ca: asked.ca }), retrySeconds: 0 },
  });
  try {
    const slaves = await client.slaves.list({ signal: asked.signal });
    const tasks = await client.tasks.list({ signal: asked.signal });
    return [
      ok("master", `${client.url} answers`),
      ok("token", asked.token === undefined ? "none is needed" : "the master accepts it"),
      ...(await clockOf(client.url, asked)),
      slavesState(slaves),
      ...versions(slaves),
      tasksState(tasks, slaves),
      await wayBack(client.url, slaves, asked),
    ];
  } catch (error) {
    asked.signal.throwIfAborted();
    return refused(client.url, error, asked);
  }
}

async function refused(url: string, error: unknown, asked: FleetQuestion): Promise<DoctorFinding[]> {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof CodedError && (error.status === 401 || error.status === 403)) {
    const remedy = "Set CLIENT_TOKEN (or MANYHANDS_TOKEN) to the master's value, or give it with --token.";
    return [ok("master", `${url} answers`), problem("token", text, remedy), ...(await clockOf(url, asked))];
  }
  const remedy = `Start one with ${startCommand("master")}, or set MASTER_URL to its address; on another machine, let its firewall pass its port.`;
  return [problem("master", text, remedy)];
}

/** A difference that is no delay of the network, nor the rounding of the answer's date. */
const CLOCK_MS = 5_000;

async function clockOf(url: string, { ca }: FleetQuestion): Promise<DoctorFinding[]> {
  const before = Date.now();
  const clock = await probe(`${url}/livez`, { ca }).then(
    (answer) => answer.clock,
    () => undefined,
  );
  if (clock === undefined) return [];
  const behind = clock > Date.now() ? clock - Date.now() : Math.max(0, before - clock - 1_000);
  const seconds = Math.round(behind / 1_000);
  if (behind <= CLOCK_MS) return [ok("clock", "agrees with the master's")];
  const remedy = "Set the clocks of both machines (timedatectl set-ntp true).";
  return [
    warning("clock", `The clocks of this machine and of the master differ by ${seconds} seconds.`, remedy),
  ];
}

function slavesState(slaves: readonly SlaveView[]): DoctorFinding {
  const alive = slaves.filter(({ state }) => state === "alive");
  const silent = slaves.filter(({ state }) => state === "pending" || state === "lost");
  const text = `${alive.length} of ${counted(slaves.length, "slave")} alive`;
  if (alive.length === 0 && silent.length === 0)
    return problem("slaves", "No slave is running.", `Start one with ${startCommand("slave")}.`);
  if (silent.length === 0) return ok("slaves", text);
  const named = silent.map(({ name, address, state, reason }) =>
    [`${name} (${address}) is ${state}`, reason].filter(Boolean).join(": "),
  );
  const remedy = `Let the master reach these addresses (${ownName()} slaves shows them); docs/troubleshooting.md tells how.`;
  const make = alive.length === 0 ? problem : warning;
  return make("slaves", `${text}; ${named.join("; ")}`, remedy);
}

function versions(slaves: readonly SlaveView[]): DoctorFinding[] {
  const others = slaves.filter(
    ({ version, state }) => state === "alive" && version !== undefined && version !== VERSION,
  );
  if (others.length === 0) return [];
  const named = others.map(({ name, version }) => `${name} has ${version}`).join(", ");
  return [warning("versions", `This is ${VERSION}; ${named}.`, "Install the same version on all machines.")];
}

function tasksState(tasks: readonly TaskView[], slaves: readonly SlaveView[]): DoctorFinding {
  const able = new Set(slaves.filter(({ state }) => state === "alive").flatMap((slave) => slave.tasks));
  const names = tasks.map(({ task_type }) => task_type);
  // A task that a slave's owner must allow is off by default.
  const off = new Set(TASKS.filter((task) => allowanceOf(task) !== undefined).map(({ name }) => name));
  const missing = names.filter((name) => !able.has(name) && !off.has(name));
  if (missing.length === 0) return ok("tasks", names.filter((name) => able.has(name)).join(" "));
  const remedy = "Start a slave that does them: its SLAVE_TASKS must name them or be empty.";
  return warning("tasks", `No slave that is alive does ${missing.join(", ")}.`, remedy);
}

/** Whether the master reaches a slave of this machine: a registered slave tells, or the addresses do, or a trial. */
async function wayBack(
  url: string,
  slaves: readonly SlaveView[],
  { slave, fleetToken: token, ca }: FleetQuestion,
): Promise<DoctorFinding> {
  const check = "way back";
  const isHere = isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ""));
  const own = slaves.filter(({ address }) => isOwnAddress(address, isHere));
  const alive = own.find(({ state }) => state === "alive");
  const silent = own.find(({ state }) => state === "pending" || state === "lost");
  if (alive !== undefined)
    return ok(check, `the master reaches ${alive.name} of this machine at ${alive.address}`);
  if (silent !== undefined)
    return problem(
      check,
      `The master does not reach ${silent.name} of this machine at ${silent.address}${silent.reason === undefined ? "." : `: ${silent.reason}`}`,
      `Let the firewall of this machine pass port ${silent.address.split(":").at(-1)} from the master.`,
    );
  if (!isHere && isLoopback(slave.host) && slave.announced === undefined)
    return warning(
      check,
      `A slave of this machine would listen on ${slave.host}, where the master at ${url} cannot reach it.`,
      "If a slave is to run here, set SLAVE_HOST=0.0.0.0 (with a token), and let the firewall pass SLAVE_PORT.",
    );
  const untried = `no slave of this machine is registered; the master would call it at port ${slave.port}`;
  return (await calledBack(url, slave, { token, ca })) ?? ok(check, untried);
}

function isOwnAddress(address: string, isMasterHere: boolean): boolean {
  const host = address.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.address));
  return isLoopback(host) ? isMasterHere : own.includes(host);
}

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import { logLine } from "../../shared/logLine.ts";
import { type Member, type Role, startMember } from "../../shared/process/member.ts";
import { childEnvironment } from "../config.ts";
import type { Terminal } from "../output/terminal.ts";
import { FleetClient } from "../sdk/index.ts";
import { nodeFetch } from "../sdk/node.ts";

/** A master and slaves that this process started. */
export interface OwnFleet {
  /** Resolves with a client when all slaves are alive. @throws AppError `not_started` */
  ready(signal: AbortSignal): Promise<FleetClient>;
}

export interface OwnFleetWish {
  /** Number of slaves, which are named `slave-1`, `slave-2`. */
  readonly slaves: number;
  /** Slots of each slave. */
  readonly slots: number;
  /** Which functions of clients the slaves run. */
  readonly functions: "sandbox" | "trusted";
  /**
   * Folder of the results, where those of the next fleet replace them: the record of this one is gone then. One that is
   * removed with the fleet unless given.
   */
  readonly results?: string;
  readonly terminal: Terminal;
}

const GRACE_MS = 5_000;
const READY_MS = 60_000;

/**
 * Runs work with a fleet on free loopback ports, in a temporary folder; a `.env` file does not change that. Fleet and
 * folder are gone when this resolves or rejects.
 */
export async function withOwnFleet<T>(wish: OwnFleetWish, work: (fleet: OwnFleet) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), "manyhands-fleet-"));
  const members: Member[] = [];
  try {
    return await work({ ready: (signal) => startedFleet(wish, { data, members, signal }) });
  } finally {
    await Promise.all(members.map((member) => member.stop(AbortSignal.timeout(GRACE_MS))));
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface FleetStart {
  readonly data: string;
  /** Gets each process as it is started. */
  readonly members: Member[];
  readonly signal: AbortSignal;
}

async function startedFleet(wish: OwnFleetWish, { data, members, signal }: FleetStart): Promise<FleetClient> {
  const { slaves, slots, functions, results, terminal } = wish;
  const token = randomBytes(24).toString("hex");
  const common = {
    ...PRIVATE,
    ALLOW_FUNCTIONS: functions,
    DATA_DIR: data,
    RESULTS_DIR: results ?? join(data, "results"),
    ON_EXISTING: results === undefined ? "keep" : "replace",
    MANYHANDS_TOKEN: token,
  };
  const onLog = (line: string) => terminal.note(logLine(line, { paint: terminal.paint, stacks: "hidden" }));
  const start = (role: Role, own: Readonly<Record<string, string>>) => {
    const member = startMember({ role, env: childEnvironment({ ...common, ...own }), onLog });
    members.push(member);
    return member;
  };
  const url = (await orAborted(start("master", {}).ready, signal)) ?? "";
  for (let number = 1; number <= slaves; number += 1)
    start("slave", { MASTER_URL: url, SLAVE_SLOTS: String(slots), SLAVE_NAME: `slave-${number}` });
  await Promise.all(members.map((member) => orAborted(member.ready, signal)));
  const client = new FleetClient({ master: url, token, fetch: nodeFetch() });
  await allAlive(client, slaves, signal);
  return client;
}

/** An empty variable counts as unset, and `.env` does not override it. */
const PRIVATE = {
  MASTER_HOST: "127.0.0.1",
  MASTER_PORT: "0",
  SLAVE_HOST: "127.0.0.1",
  SLAVE_PORT: "0",
  SLAVE_IP: "",
  SLAVE_TASKS: "",
  LOG_LEVEL: "error",
  MANYHANDS_TOKEN_FILE: "",
  FLEET_TOKEN: "",
  FLEET_TOKEN_FILE: "",
  CLIENT_TOKEN: "",
  CLIENT_TOKEN_FILE: "",
};

async function allAlive(client: FleetClient, slaves: number, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < READY_MS; waited += 100) {
    const alive = (await client.slaves.list({ signal })).filter((slave) => slave.state === "alive");
    if (alive.length >= slaves) return;
    await wait(100, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  throw new AppError("not_started", "The slaves did not register in time.");
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const aborted = once(signal, "abort", { signal: settled.signal }).then(
    () => Promise.reject(signal.reason),
    () => undefined,
  );
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    settled.abort();
  }
}

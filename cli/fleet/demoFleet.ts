import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import { logLine } from "../../shared/logLine.ts";
import { type Member, startMember } from "../../shared/process/member.ts";
import { childEnvironment } from "../config.ts";
import type { Terminal } from "../output/terminal.ts";
import { FleetClient } from "../sdk/index.ts";
import { nodeFetch } from "../sdk/node.ts";

export interface DemoFleet {
  /** Resolves with a client when both slaves are alive. @throws AppError `not_started` */
  ready(signal: AbortSignal): Promise<FleetClient>;
  stop(): Promise<void>;
}

export interface DemoFleetOptions {
  /** Temporary folder for spool and record. */
  readonly data: string;
  readonly results: string;
  readonly terminal: Terminal;
}

const SLAVES = 2;
const GRACE_MS = 5_000;
const READY_MS = 60_000;

/** Starts a master and two slaves on free loopback ports; a `.env` file does not change that. */
export function startDemoFleet({ data, results, terminal }: DemoFleetOptions): DemoFleet {
  const token = randomBytes(24).toString("hex");
  const common = { ...PRIVATE, DATA_DIR: data, RESULTS_DIR: results, MANYHANDS_TOKEN: token };
  const onLog = (line: string) => terminal.note(logLine(line, { paint: terminal.paint, stacks: "hidden" }));
  const members: Member[] = [startMember({ role: "master", env: childEnvironment(common), onLog })];
  const [master] = members;
  const ready = async (signal: AbortSignal) => {
    const url = (await orAborted(master?.ready, signal)) ?? "";
    const slots = String(Math.max(1, Math.floor(availableParallelism() / SLAVES)));
    for (let number = 1; number <= SLAVES; number += 1) {
      const own = { MASTER_URL: url, SLAVE_SLOTS: slots, SLAVE_NAME: `slave-${number}` };
      members.push(startMember({ role: "slave", env: childEnvironment({ ...common, ...own }), onLog }));
    }
    await Promise.all(members.map((member) => orAborted(member.ready, signal)));
    const client = new FleetClient({ master: url, token, fetch: nodeFetch() });
    await allAlive(client, signal);
    return client;
  };
  return {
    ready,
    stop: async () =>
      void (await Promise.all(members.map((member) => member.stop(AbortSignal.timeout(GRACE_MS))))),
  };
}

/** An empty variable counts as unset, and `.env` does not override it. */
const PRIVATE = {
  MASTER_HOST: "127.0.0.1",
  MASTER_PORT: "0",
  SLAVE_HOST: "127.0.0.1",
  SLAVE_PORT: "0",
  SLAVE_IP: "",
  SLAVE_TASKS: "",
  ALLOW_FUNCTIONS: "sandbox",
  LOG_LEVEL: "error",
  // Results of the demo before, whose record is gone, have the same names.
  ON_EXISTING: "replace",
  MANYHANDS_TOKEN_FILE: "",
  FLEET_TOKEN: "",
  FLEET_TOKEN_FILE: "",
  CLIENT_TOKEN: "",
  CLIENT_TOKEN_FILE: "",
};

async function allAlive(client: FleetClient, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < READY_MS; waited += 100) {
    const alive = (await client.slaves.list({ signal })).filter((slave) => slave.state === "alive");
    if (alive.length >= SLAVES) return;
    await wait(100, undefined, { signal });
  }
  throw new AppError("not_started", "The slaves did not register in time.");
}

async function orAborted<T>(promise: Promise<T> | undefined, signal: AbortSignal): Promise<T | undefined> {
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

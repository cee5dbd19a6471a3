import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type RunningFleet, type Started, startFleet } from "../../tests/e2e/fleet.ts";
import { mountSmallDisk, type SmallDisk } from "./smallDisk.ts";
import { supervised } from "./supervised.ts";
import { startWire, type Wire } from "./wire.ts";

/** A master and slaves for faults, each slave behind a proxy. */
export interface ChaosFleet {
  readonly fleet: RunningFleet;
  readonly slaves: readonly ChaosSlave[];
  /** Folder of the master's spool and record. */
  readonly masterData: string;
  /** File in which the ledger records synced bytes. */
  readonly ledger: string;
  /** The disk of all folders; undefined where no disk can be mounted. */
  readonly disk: SmallDisk | undefined;
  readonly url: string;
  killMaster(): Promise<void>;
  startMaster(): Promise<void>;
  /** Ends all processes, frozen ones too, and keeps the folder. */
  halt(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChaosSlave {
  readonly name: string;
  readonly wire: Wire;
  readonly pid: number;
  readonly port: number;
  /** Kills the process if it runs, and starts it again at its port. */
  restart(afterMs: number): Promise<void>;
  kill(): Promise<void>;
}

export interface FleetOptions {
  readonly slaves: number;
  readonly slots: number;
  readonly env?: Record<string, string>;
}

/** Silence during a lease after which the master gives the slave up. */
export const SILENCE_SECONDS = 3;

/** Attempts to start a slave; a disk is full for 4 s at most. */
const STARTS = 20;
/** Slaves run functions only in a fleet with a token. */
export const CHAOS_TOKEN = "token-of-the-hurt-fleet";
/** MIN_FREE_BYTES for a disk of 2 GB or larger. */
const MIN_FREE_BYTES = 16 * 2 ** 20;

export async function startChaosFleet({ slaves: count, slots, env }: FleetOptions): Promise<ChaosFleet> {
  const hook = pathToFileURL(join(import.meta.dirname, "ledger.mjs")).href;
  const common = {
    SLAVE_SILENCE_SECONDS: String(SILENCE_SECONDS),
    MIN_FREE_BYTES: String(MIN_FREE_BYTES),
    LOG_LEVEL: "info",
    FLEET_TOKEN: CHAOS_TOKEN,
    ALLOW_FUNCTIONS: "sandbox",
    ...env,
  };
  let disk: SmallDisk | undefined;
  const fleet = await startFleet({ ...common, NODE_OPTIONS: `--import ${hook}` }, async (folder) => {
    disk = await mountSmallDisk(folder);
  });
  // The first master of a fleet runs without a ledger, because its folder is not known before; it is replaced.
  const ledger = join(fleet.folder, "synced.log");
  const startMaster = async () => {
    await fleet.restartMaster({ CHAOS_LEDGER: ledger });
  };
  await fleet.master.kill("SIGKILL");
  await startMaster();
  const slaves = await Promise.all(
    Array.from({ length: count }, (_, n) => startSlave(fleet, { number: n, slots })),
  );
  await fleet.alive(count);
  const halt = async () => {
    await Promise.all(slaves.map((slave) => slave.kill()));
    await fleet.master.kill("SIGKILL");
    await Promise.all(slaves.map((slave) => slave.wire.close()));
  };
  return {
    fleet,
    slaves,
    masterData: join(fleet.folder, "data", "master"),
    ledger,
    disk,
    get url() {
      return fleet.master.url;
    },
    killMaster: () => fleet.master.kill("SIGKILL"),
    startMaster,
    halt,
    stop: async () => {
      await halt();
      await disk?.unmount();
      await fleet.stop();
    },
  };
}

async function startSlave(
  fleet: RunningFleet,
  { number, slots }: { readonly number: number; readonly slots: number },
): Promise<ChaosSlave> {
  const name = `slave-${number}`;
  const address = `127.0.0.${number + 2}`;
  const env = { SLAVE_NAME: name, SLAVE_SLOTS: String(slots), SLAVE_IP: address };
  let started: Started = await fleet.slave(env);
  const wire = await startWire(address, started.port);
  return {
    name,
    wire,
    get pid() {
      return started.process.pid ?? 0;
    },
    port: started.port,
    kill: () => started.kill("SIGKILL"),
    restart: async (afterMs) => {
      await started.kill("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      started = await supervised(() => fleet.slave({ ...env, SLAVE_PORT: String(started.port) }), STARTS);
    },
  };
}

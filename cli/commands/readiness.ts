import { setTimeout as sleep } from "node:timers/promises";
import { AppError, CodedError, isErrno } from "../../shared/errors.ts";
import { ownName, startCommand } from "../output/ownName.ts";
import { counted } from "../output/words.ts";
import { type FleetClient, MASTER_UNREACHABLE, type SlaveView } from "../sdk/index.ts";

/** Wait for a slave unless `--wait-for-slaves` says another time, seconds. */
export const SLAVE_WAIT_SECONDS = 60;
/** Longest wait for a master that is just starting: a wrong address must not wait for as long as a missing slave. */
const MASTER_WAIT_SECONDS = 15;
const PAUSE_MS = 250;

export interface WaitTerms {
  readonly client: FleetClient;
  readonly signal: AbortSignal;
  /** Longest wait; 0: none. */
  readonly seconds: number;
  /** What must be there: a job that is followed needs a slave, another one may wait at its master. */
  readonly needs: "master" | "slave";
  /** Called with one line about what is waited for, once for each thing. */
  readonly note: (line: string) => void;
}

/** What an upload lacks before it can be sent. */
interface Lack {
  readonly isOfSlave: boolean;
  readonly note: string;
  readonly seconds: number;
  /** The error when the time is over. */
  readonly error: (waited: number) => CodedError | Promise<CodedError>;
}

/**
 * Resolves when the master answers and has a slave, so that programs started at the same time find each other.
 * @throws AppError `no_slaves`, or `master_unreachable` when nothing listens at the address for too long
 */
export async function untilReady({ client, signal, seconds, note, needs }: WaitTerms): Promise<void> {
  const began = performance.now();
  const told = new Set<string>();
  for (;;) {
    const lack = await whatIsLacking(client, signal);
    if (lack === undefined || (needs === "master" && lack.isOfSlave)) return;
    const limit = Math.min(seconds, lack.seconds);
    if (performance.now() - began >= limit * 1_000) throw await lack.error(limit);
    if (!told.has(lack.note)) note(lack.note);
    told.add(lack.note);
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

async function whatIsLacking(client: FleetClient, signal: AbortSignal): Promise<Lack | undefined> {
  try {
    return (await client.isReady({ signal })) ? undefined : slaveLack(client, signal);
  } catch (error) {
    if (!(error instanceof CodedError) || !isStarting(error)) throw error;
    return {
      isOfSlave: false,
      note: `waiting for a master: nothing answers at ${client.url} yet`,
      seconds: MASTER_WAIT_SECONDS,
      error: () => error,
    };
  }
}

function slaveLack(client: FleetClient, signal: AbortSignal): Lack {
  return {
    isOfSlave: true,
    note: `waiting for a slave: start one with ${startCommand("slave")}`,
    seconds: Number.POSITIVE_INFINITY,
    error: (waited) => noSlaves(client, signal, waited),
  };
}

/** Whether a master may be there soon: nothing listens at the address, or a master is about to end or to begin. */
function isStarting(error: CodedError): boolean {
  if (error.code === "stopping") return true;
  return error.code === MASTER_UNREACHABLE && isErrno(error.cause, "ECONNREFUSED");
}

/**
 * The error of an upload that finds no slave. Slaves that are registered and do not answer are named, because another
 * one would not help.
 */
export async function noSlaves(client: FleetClient, signal: AbortSignal, waited = 0): Promise<CodedError> {
  const all = await client.slaves.list({ signal }).catch(() => []);
  const silent = all.filter(({ state }) => state === "pending" || state === "lost");
  const time = waited > 0 ? `, and none came within ${waited} seconds` : "";
  const registered = silent.map(inWords).join(", ");
  const [what, hint] =
    silent.length === 0
      ? [`No slave is running${time}.`, `Start one with ${startCommand("slave")}.`]
      : [
          `Of ${counted(silent.length, "registered slave")}, none answers the master${time}: ${registered}.`,
          `${ownName()} slaves shows them.`,
        ];
  return new AppError("no_slaves", what, { status: 503, details: { hint } });
}

function inWords({ name, address, state, reason }: SlaveView): string {
  return `${name} (${address}) is ${state}${reason === undefined ? "" : `: ${reason}`}`;
}

import type { CheckStatusAnswer } from "../../shared/contract/fleet.ts";
import type { OwnSlave, Slave } from "./slave.ts";

export interface PollTimes {
  readonly pollSeconds: number;
  /** Missed polls in a row after which a slave counts as lost. */
  readonly missedPolls: number;
}

export interface PollDeps {
  readonly times: PollTimes;
  /** Requests `GET /check_status`; throws without a valid answer. */
  readonly check: (slave: Slave, signal: AbortSignal) => Promise<CheckStatusAnswer>;
  readonly onAnswer: (slave: OwnSlave, status: CheckStatusAnswer) => void;
  readonly onMiss: (slave: OwnSlave, error: unknown) => void;
  /** Ends all polls. */
  readonly stop: AbortSignal;
}

/** Least time that a slave has for its answer: one on a busy machine is slow, not lost. */
const LEAST_PATIENCE_MS = 2_000;
/** So much earlier than promised a silent slave counts as lost: timers are late. */
const SLACK_MS = 100;
/** Pause between two polls of a slave that has not answered yet. */
const PENDING_PAUSE_MS = 250;

/** Polls slaves. A poll that waits for its answer in vain takes its time from the pause before the next one. */
export class SlavePolls {
  readonly #deps: PollDeps;

  constructor(deps: PollDeps) {
    this.#deps = deps;
  }

  /** Polls a slave again and again until `isOver`. */
  async run(slave: OwnSlave, isOver: () => boolean): Promise<void> {
    const { stop } = this.#deps;
    while (!stop.aborted && !isOver()) {
      const begun = performance.now();
      if (slave.state !== "gone") await this.once(slave);
      await sleep(this.#pauseMs(slave) - (performance.now() - begun), stop);
    }
  }

  async once(slave: OwnSlave): Promise<void> {
    const { check, onAnswer, onMiss, stop } = this.#deps;
    const { instance } = slave;
    // The answer may be that of a process that has ended meanwhile.
    const isCurrent = () => !stop.aborted && slave.instance === instance && slave.state !== "gone";
    try {
      const late = AbortSignal.timeout(this.#patienceMs(slave));
      const status = await check(slave, AbortSignal.any([late, stop]));
      if (isCurrent()) onAnswer(slave, status);
    } catch (error) {
      if (isCurrent()) onMiss(slave, error);
    }
  }

  #pauseMs({ state }: Slave): number {
    if (state === "pending") return PENDING_PAUSE_MS;
    return this.#deps.times.pollSeconds * 1_000 * (state === "lost" ? 2 : 1);
  }

  /** The last poll before a silent slave counts as lost has only the time that is left. */
  #patienceMs(slave: Slave): number {
    const most = patienceMs(this.#deps.times);
    const left = lostAt(slave, this.#deps.times) - Date.now();
    return left > 0 ? Math.ceil(Math.min(most, left)) : most;
  }
}

/** Whether a slave has missed so many polls, or has been silent for the time of so many, that it counts as lost. */
export function isSilent(slave: Slave, times: PollTimes): boolean {
  const { missedPolls, troubles } = slave;
  if (missedPolls >= (troubles > 0 ? 1 : times.missedPolls)) return true;
  return missedPolls > 1 && Date.now() >= lostAt(slave, times);
}

function lostAt({ lastSeen = 0 }: Slave, times: PollTimes): number {
  return lastSeen + times.missedPolls * patienceMs(times) - SLACK_MS;
}

function patienceMs({ pollSeconds }: PollTimes): number {
  return Math.max(LEAST_PATIENCE_MS, pollSeconds * 1_000);
}

/** Resolves after so many milliseconds, or when the signal is aborted. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    timer.unref();
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

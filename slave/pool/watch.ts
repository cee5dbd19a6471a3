import { LONGEST_TIMER_MS } from "../../shared/async/timer.ts";
import type { AppError } from "../../shared/errors.ts";
import { residentBytes } from "../../shared/process/resident.ts";
import { outOfMemory, silent, timedOut } from "./endings.ts";

/** What one unit may use. */
export interface UnitBudgets {
  readonly runSeconds: number;
  /** Longest time without progress. */
  readonly silenceSeconds: number;
  /** Resident bytes of its child. */
  readonly memoryBytes: number;
}

export interface Watch {
  /** To be called when the unit reports progress. */
  progress(): void;
  stop(): void;
}

export interface WatchEvents {
  /** Called once, when a budget is used up. */
  readonly onOverrun: (reason: AppError) => void;
  /** Called once, when the unit has run for 50 ms. */
  readonly onLong?: () => void;
}

/**
 * Time between two readings of a child's memory, which no system signals. A burst of allocation overshoots its limit
 * by what it gets in this time. Units that are over sooner cost one timer.
 */
const READING_MS = 50;

/** Watches a running unit until it is stopped or a budget is used up. */
export function watchUnit(pid: number, budgets: UnitBudgets, events: WatchEvents): Watch {
  const { runSeconds, silenceSeconds, memoryBytes } = budgets;
  const overrun = (reason: AppError) => {
    stop();
    events.onOverrun(reason);
  };
  const readMemory = () => {
    if ((residentBytes(pid) ?? 0) > memoryBytes) overrun(outOfMemory(memoryBytes));
  };
  let silence: NodeJS.Timeout | undefined;
  const watchLong = () => {
    silence = after(silenceSeconds * 1_000, () => overrun(silent(silenceSeconds)));
    const running = after(runSeconds * 1_000 - READING_MS, () => overrun(timedOut(runSeconds)));
    timers = [silence, running, setInterval(readMemory, READING_MS)];
    events.onLong?.();
    readMemory();
  };
  let timers: readonly (NodeJS.Timeout | undefined)[] = [setTimeout(watchLong, READING_MS)];
  const stop = () => {
    for (const timer of timers) clearTimeout(timer);
  };
  return { progress: () => silence?.refresh(), stop };
}

function after(ms: number, act: () => void): NodeJS.Timeout | undefined {
  return ms > LONGEST_TIMER_MS ? undefined : setTimeout(act, Math.max(0, ms));
}

import type { AppError } from "../../shared/errors.ts";
import { outOfMemory, silent, timedOut } from "./endings.ts";
import { residentBytes } from "./memory.ts";

/** What one unit may use. */
export interface UnitBudgets {
  readonly runSeconds: number;
  /** Longest time without progress. */
  readonly silenceSeconds: number;
  /** Resident bytes of its child. */
  readonly memoryBytes: number;
}

export interface Watch {
  /** The unit told of progress. */
  progress(): void;
  stop(): void;
}

/** A burst of allocation overshoots its limit by what it gets in this time. */
const CHECK_MS = 50;

export interface WatchEvents {
  /** Called once, when a budget is used up. */
  readonly end: (reason: AppError) => void;
  /** Called every 50 ms before that. */
  readonly runs?: () => void;
}

/** Looks after a running unit. */
export function watchUnit(pid: number, budgets: UnitBudgets, { end, runs }: WatchEvents): Watch {
  const started = performance.now();
  let heard = started;
  const timer = setInterval(() => {
    runs?.();
    const reason = overrun(pid, budgets, { started, heard });
    if (reason === undefined) return;
    clearInterval(timer);
    end(reason);
  }, CHECK_MS);
  return {
    progress: () => {
      heard = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}

function overrun(
  pid: number,
  budgets: UnitBudgets,
  times: { readonly started: number; readonly heard: number },
): AppError | undefined {
  const now = performance.now();
  if (now - times.started > budgets.runSeconds * 1_000) return timedOut(budgets.runSeconds);
  if (now - times.heard > budgets.silenceSeconds * 1_000) return silent(budgets.silenceSeconds);
  if ((residentBytes(pid) ?? 0) > budgets.memoryBytes) return outOfMemory(budgets.memoryBytes);
  return undefined;
}

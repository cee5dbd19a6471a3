import { movingMean } from "../../shared/movingMean.ts";
import type { LocalUnit } from "../../shared/tasks/local.ts";

/**
 * Work that a child should have at a time, so that several short units go out in one message. Chosen by
 * `npm run bench`, part "limit ratio", row "texts of 1 KB" (ADR 13).
 */
const AHEAD_SECONDS = 0.006;
/**
 * Longer units are given one by one, as more at a time would save nothing. Chosen by the same part, row "text PDFs of
 * 1 to 5 pages".
 */
const SHORT_SECONDS = 0.025;
const MOST = 16;

/** Measures how long units of each step take; from that follows how many of them a child should have at a time. */
export class ChildPace {
  readonly #seconds = new Map<string, number>();

  note(unit: LocalUnit, seconds: number): void {
    const kind = kindOf(unit);
    this.#seconds.set(kind, movingMean(this.#seconds.get(kind), seconds));
  }

  /** Units that a child should have at a time: 1 where the step is unknown or not short. */
  depth(unit: Pick<LocalUnit, "task" | "step">): number {
    const seconds = this.#seconds.get(kindOf(unit));
    if (seconds === undefined || seconds > SHORT_SECONDS) return 1;
    return Math.min(MOST, Math.ceil(AHEAD_SECONDS / Math.max(seconds, 1e-6)) + 1);
  }
}

/** Units of one kind take about the same time. */
export function kindOf({ task, step }: Pick<LocalUnit, "task" | "step">): string {
  return `${task}/${step}`;
}

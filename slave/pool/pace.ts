import { movingMean } from "../../shared/movingMean.ts";
import type { LocalUnit } from "../../shared/tasks/local.ts";

/** Work that a child should have before it, so that it is spoken to once for several short units. */
const AHEAD_SECONDS = 0.006;
/** Units from this length on are given one by one: nothing is saved by more. */
const SHORT_SECONDS = 0.025;
const MOST = 16;

/** How long the units of each step take, and so how many of them a child should have at a time. */
export class ChildPace {
  readonly #seconds = new Map<string, number>();

  note(unit: LocalUnit, seconds: number): void {
    const kind = kindOf(unit);
    this.#seconds.set(kind, movingMean(this.#seconds.get(kind), seconds));
  }

  /** 1 for what is not known, or not short. */
  depth(unit: Pick<LocalUnit, "task" | "step">): number {
    const seconds = this.#seconds.get(kindOf(unit));
    if (seconds === undefined || seconds > SHORT_SECONDS) return 1;
    return Math.min(MOST, Math.ceil(AHEAD_SECONDS / Math.max(seconds, 1e-6)) + 1);
  }
}

/** Units of one kind take about as long as each other. */
export function kindOf({ task, step }: Pick<LocalUnit, "task" | "step">): string {
  return `${task}/${step}`;
}

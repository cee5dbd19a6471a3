import type { ChildSettings } from "./childProcess.ts";
import type { LiveState } from "./childState.ts";
import type { UnitBudgets } from "./watch.ts";

export type WarmChildSettings = ChildSettings & UnitBudgets & { readonly counts?: PoolCounts };

export interface WarmChildEvents {
  /** The child can be given a unit, or one more unit may wait at it. */
  readonly onFree: () => void;
  /** The child's unit runs for longer than a short one: units that wait behind it may go to another child. */
  readonly onLongUnit: () => void;
  /** Called once, when the child's process has ended. `during`: what the child did at that time. */
  readonly onEnd: (during: LiveState<unknown>) => void;
}

/** Why a child ended: it was `replaced` after its units or its memory, its `unit` was cancelled or took too long. */
export type ChildEndReason = "replaced" | "unit" | "unusable" | "crash" | "out_of_memory";

/** Told of what happens in a pool; must not throw. */
export interface PoolCounts {
  /** A unit of a task has a result. */
  unitRan(task: string, seconds: number): void;
  childEnded(reason: ChildEndReason): void;
}

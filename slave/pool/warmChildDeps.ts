import type { ChildSettings } from "./childProcess.ts";
import type { LiveState } from "./childState.ts";
import type { UnitBudgets } from "./watch.ts";

export type WarmChildSettings = ChildSettings & UnitBudgets;

export interface WarmChildEvents {
  /** The child can be given a unit, or one more unit may wait at it. */
  readonly onFree: () => void;
  /** The child's unit runs for longer than a short one: units that wait behind it may go to another child. */
  readonly onLongUnit: () => void;
  /** Called once, when the child's process has ended. `during`: what the child did at that time. */
  readonly onEnd: (during: LiveState<unknown>) => void;
}

import type { Budgets } from "../../shared/tasks/budgets.ts";
import type { StepRef } from "../../shared/tasks/task.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { UnitWork } from "../record/part.ts";
import type { LastSign } from "./waiting.ts";

export interface MapCall {
  readonly job: {
    readonly id: string;
    readonly task: string;
    readonly priority: number;
    readonly client?: string | undefined;
    readonly options: object;
  };
  readonly name: string;
  readonly step: StepRef;
  readonly signal: AbortSignal;
  /** Seconds that its units may wait and run; undefined: only the slaves' own budgets count. */
  readonly budgets?: Budgets;
  readonly lastSign: LastSign;
  /** Told of each unit that is submitted, begins, goes back to waiting, or ends. */
  readonly watch: MapWatch;
}

export interface MapWatch {
  /** @param isDone its part was recorded before a restart: the unit neither begins nor ends */
  submitted(unit: QueuedUnit, isDone: boolean): void;
  running(unit: QueuedUnit): void;
  waiting(unit: QueuedUnit): void;
  ended(unit: QueuedUnit, work: UnitWork): void;
}

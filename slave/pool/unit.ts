import type { ChildResult } from "./messages.ts";

/** What the caller of `Pool.run` gives beside the unit. */
export interface UnitHooks {
  /** Aborting it ends the unit at once, with its child. */
  readonly signal: AbortSignal;
  /** Aborting it withdraws the unit unless it has begun. */
  readonly stopWaiting?: AbortSignal;
  /** Folder that a large result is moved to; the caller removes it. */
  readonly keepIn: string;
  /** Budgets of this unit; the pool's own without it. */
  readonly budgets?: { readonly runSeconds: number; readonly silenceSeconds: number };
  readonly onStart?: () => void;
  /** `done` is 0..1. */
  readonly onProgress?: (done?: number) => void;
}

export interface UnitOutput extends ChildResult {
  /** Seconds in the child. */
  readonly seconds: number;
}

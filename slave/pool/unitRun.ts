import { join } from "node:path";
import { DISK_FULL } from "../../shared/contract/frames.ts";
import { CodedError } from "../../shared/errors.ts";
import type { LocalFile, LocalUnit } from "../../shared/tasks/local.ts";
import { diskFull } from "./endings.ts";
import type { ChildResult, FileHead, FromChild, ToChild } from "./messages.ts";
import { onAbort } from "./onAbort.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { takeOver } from "./unitFolder.ts";
import { type UnitBudgets, type Watch, type WatchEvents, watchUnit } from "./watch.ts";

export type ChildAnswer = Extract<FromChild, { type: "done" | "failed" | "skipped" }>;

export interface RunEvents {
  readonly onCancel: (reason: unknown) => void;
  /** The slave stops and begins no further unit. */
  readonly onStop: (reason: unknown) => void;
}

let lastId = 0;

/** A unit at a child: it waits there for its turn, runs, and ends exactly once. */
export class UnitRun {
  readonly id: number;
  readonly unit: LocalUnit;
  readonly output: Promise<UnitOutput>;
  readonly #hooks: UnitHooks;
  #resolve: (output: UnitOutput) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  #leave: () => void = ignore;
  #watch: Watch | undefined;
  #startedAt = 0;
  #isLong = false;
  #isOver = false;

  constructor(unit: LocalUnit, hooks: UnitHooks, { onCancel, onStop }: RunEvents) {
    lastId += 1;
    this.id = lastId;
    this.unit = unit;
    this.#hooks = hooks;
    this.output = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal, stopWaiting } = hooks;
    const leaveCancel = onAbort(signal, () => onCancel(signal.reason));
    const leaveStop = stopWaiting && onAbort(stopWaiting, () => onStop(stopWaiting.reason));
    this.#leave = () => {
      leaveCancel();
      leaveStop?.();
    };
  }

  /** `performance.now()` when the child began the unit; 0 before. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** The unit runs for longer than a short one. */
  get isLong(): boolean {
    return this.#isLong;
  }

  /** Its output is settled: a later answer of the child has no effect. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The message that gives it to the child. */
  message(): { readonly head: ToChild; readonly body: readonly Uint8Array[] } {
    const { files, ...what } = this.unit;
    const body = files.flatMap((file) => (file.body instanceof Uint8Array ? [file.body] : []));
    return { head: { type: "unit", id: this.id, ...what, files: files.map(headOf) }, body };
  }

  /** To be called when the child begins the unit. A unit whose caller has left may run for 50 ms. */
  begin(pid: number, budgets: UnitBudgets, { onOverrun, onLong }: WatchEvents): void {
    this.#startedAt = performance.now();
    const own = this.#isOver ? { runSeconds: 0 } : this.#hooks.budgets;
    this.#watch = watchUnit(
      pid,
      { ...budgets, ...own },
      {
        onOverrun,
        onLong: () => {
          this.#isLong = true;
          onLong?.();
        },
      },
    );
    if (!this.#isOver) this.#hooks.onStart?.();
  }

  progress(done: number | undefined): void {
    this.#watch?.progress();
    if (!this.#isOver) this.#hooks.onProgress?.(done);
  }

  /** Moves the result out of the child's `folder` now; the function that it returns settles `output`. */
  answered(message: ChildAnswer, body: Buffer, folder: string): () => void {
    if (this.#isOver || message.type === "skipped") {
      this.#end();
      return ignore;
    }
    this.#end();
    try {
      const target = join(this.#hooks.keepIn, `part-${this.id}`);
      const output = { ...takeOver(resultOf(message, body), folder, target), seconds: message.seconds };
      return () => this.#resolve(output);
    } catch (error) {
      return () => this.#reject(error);
    }
  }

  /** Settles `output` with an error. A child that was given the unit may still do it. */
  fail(reason: unknown): void {
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    this.#isOver = true;
    this.#watch?.stop();
    this.#leave();
  }
}

function headOf({ body, ...about }: LocalFile): FileHead {
  return { ...about, body: body instanceof Uint8Array ? body.byteLength : body };
}

function resultOf(message: Exclude<ChildAnswer, { type: "skipped" }>, given: Buffer): ChildResult {
  if (message.type === "failed" && message.code === DISK_FULL) throw diskFull();
  if (message.type === "failed") throw new CodedError(message.code, message.error, { status: 422 });
  const { path, bytes, sha256, summary, info, warnings } = message;
  return {
    body: path === undefined ? given : { path },
    bytes,
    sha256,
    ...(summary === undefined ? {} : { summary }),
    ...(info === undefined ? {} : { info }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

function ignore(): void {
  // There is nothing to undo yet.
}

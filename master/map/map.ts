import { Channel } from "../../shared/async/channel.ts";
import { AppError } from "../../shared/errors.ts";
import type { Budgets } from "../../shared/tasks/budgets.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { Part, StepRef, UnitSpec } from "../../shared/tasks/task.ts";
import type { QueuedUnit, UnitQueue } from "../queue/port.ts";
import type { PartRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { unitDigest } from "./digest.ts";
import type { Pace, PaceBook } from "./pace.ts";
import type { UnitBoard, UnitListener, UnitOutcome, UnitWork } from "./units.ts";
import { type LastSign, WaitingWatch } from "./waiting.ts";

/** Units of a map that are in the queue or at slaves at a time: enough for any fleet, small in memory. */
const WINDOW = 4096;
/** Units put into the queue together. */
const BATCH = 256;

export interface MapDeps {
  readonly jobs: RecordOfJobs;
  readonly queue: UnitQueue;
  readonly board: UnitBoard;
  readonly paces: PaceBook;
}

export interface MapCall {
  readonly job: {
    readonly id: string;
    readonly task: string;
    readonly priority: number;
    readonly options: object;
  };
  readonly name: string;
  readonly step: StepRef;
  readonly signal: AbortSignal;
  /** How long its units may wait and run; undefined: for ever, and as slaves have it. */
  readonly budgets?: Budgets;
  readonly lastSign: LastSign;
  /** Told of each unit that begins, goes back to waiting, or ends. */
  readonly watch: MapWatch;
}

export interface MapWatch {
  running(unit: QueuedUnit): void;
  waiting(unit: QueuedUnit): void;
  ended(unit: QueuedUnit, work: UnitWork): void;
}

/**
 * The primitive under every task: does a step over units, wherever there are slots, and yields each
 * part the moment its record is on its way. Parts recorded before a restart are yielded at once, without work.
 * @throws AppError `replay_mismatch` when a recorded part belongs to another unit than the one asked for.
 */
export async function* mapUnits(
  deps: MapDeps,
  call: MapCall,
  units: Iterable<UnitSpec>,
): AsyncGenerator<Part> {
  const recorded = new Map((await deps.jobs.parts(call.job.id, call.name)).map((r) => [r.part.index, r]));
  for (const { at = 0 } of recorded.values()) call.lastSign.saw(at);
  const source = queuedUnits(call, units);
  const run = new MapRun(deps, call);
  try {
    while (!run.pace.complete || run.open > 0) {
      call.signal.throwIfAborted();
      if (!run.pace.complete && run.open <= WINDOW / 2) {
        const batch = take(source, BATCH);
        run.pace.complete = batch.length < BATCH;
        await run.submit(batch.filter((unit) => !recorded.has(indexOf(unit))));
        yield* batch.flatMap((unit) => replayed(recorded, unit));
      } else yield run.ready() ?? (await run.next());
    }
  } finally {
    run.stop();
  }
}

function take(source: Iterator<QueuedUnit>, limit: number): QueuedUnit[] {
  const batch: QueuedUnit[] = [];
  while (batch.length < limit) {
    const next = source.next();
    if (next.done === true) break;
    batch.push(next.value);
  }
  return batch;
}

function replayed(recorded: ReadonlyMap<number, PartRecord>, unit: QueuedUnit): Part[] {
  const record = recorded.get(indexOf(unit));
  return record === undefined ? [] : [checkedPart(record, unit)];
}

/** The units of a map that are out, and the parts that came back. */
class MapRun {
  readonly #deps: MapDeps;
  readonly #call: MapCall;
  readonly pace: Pace;
  readonly #channel = new Channel<Part>();
  readonly #out = new Set<string>();
  #open = 0;
  readonly #waiting: WaitingWatch;
  readonly #listener: UnitListener = {
    running: (unit) => {
      this.#waiting.runs(unit);
      this.#call.watch.running(unit);
    },
    waiting: (unit) => {
      this.#waiting.waits(unit);
      this.#call.watch.waiting(unit);
    },
    ended: (unit, outcome) => this.#ended(unit, outcome),
  };
  readonly #onFailure = (error: unknown): void => this.#channel.fail(error);
  readonly #onAbort = () => this.#channel.fail(this.#call.signal.reason);

  constructor(deps: MapDeps, call: MapCall) {
    this.#deps = deps;
    this.#call = call;
    this.pace = deps.paces.open(mapId(call));
    this.#waiting = new WaitingWatch({
      seconds: call.budgets?.waiting ?? Number.POSITIVE_INFINITY,
      lastSign: call.lastSign,
      queue: deps.queue,
      onOver: (unit, error) => void this.#gaveUp(unit, error),
    });
    call.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (call.signal.aborted) this.#onAbort();
  }

  async submit(units: readonly QueuedUnit[]): Promise<void> {
    if (units.length === 0) return;
    this.#open += units.length;
    this.pace.submitted += units.length;
    for (const unit of units) {
      this.#out.add(unit.id);
      this.#deps.board.expect(unit.id, this.#listener);
    }
    for (const unit of units) this.#waiting.waits(unit);
    await this.#deps.queue.put(units);
  }

  /** Units that were submitted and whose part was not received yet. */
  get open(): number {
    return this.#open;
  }

  async next(): Promise<Part> {
    const part = await this.#channel.receive();
    this.#open -= 1;
    return part;
  }

  /** The next part, if it is there. */
  ready(): Part | undefined {
    const part = this.#channel.take();
    if (part !== undefined) this.#open -= 1;
    return part;
  }

  stop(): void {
    this.#call.signal.removeEventListener("abort", this.#onAbort);
    for (const unit of this.#out) this.#deps.board.forget(unit);
    this.#deps.paces.close(mapId(this.#call));
    this.#waiting.stop();
  }

  /** It waited too long, and nobody works on it. */
  async #gaveUp(unit: QueuedUnit, { code, message: error }: AppError): Promise<void> {
    this.#deps.board.forget(unit.id);
    this.#out.delete(unit.id);
    this.pace.ended += 1;
    await this.#record(unit, { ok: false, index: indexOf(unit), code, error });
  }

  #ended(unit: QueuedUnit, outcome: UnitOutcome): Promise<void> {
    this.#out.delete(unit.id);
    this.#waiting.ended(unit);
    this.#call.watch.ended(unit, outcome.work);
    this.pace.ended += 1;
    this.pace.add(unit.bytes, outcome.work.seconds);
    return this.#record(unit, partOf(indexOf(unit), outcome));
  }

  /**
   * Yields the part while it is being recorded: what `run` makes of it at once is recorded in the same
   * transaction, and what is recorded later never stands there without it.
   */
  #record(unit: QueuedUnit, part: Part): Promise<void> {
    const record: PartRecord = { map: this.#call.name, digest: unitDigest(unit), part };
    const recorded = this.#deps.jobs.apply(this.#call.job.id, [{ type: "part_stored", record }]);
    this.#channel.send(part);
    return recorded.then(nothing, this.#onFailure);
  }
}

function nothing(): void {
  // Its record is of no interest here.
}

function* queuedUnits(call: MapCall, units: Iterable<UnitSpec>): Generator<QueuedUnit> {
  const { job, step, budgets } = call;
  const map = mapId(call);
  const task = step.task ?? job.task;
  const stepVersion = taskNamed(task).steps[step.step]?.version ?? 0;
  const options = step.options ?? job.options;
  const unitBudgets = budgets && { running: budgets.running, silence: budgets.silence };
  let index = 0;
  for (const { files, args = {} } of units) {
    yield {
      id: `${map}/${index}`,
      job: job.id,
      task,
      step: step.step,
      stepVersion,
      options,
      args,
      files,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      crashes: 0,
      losses: 0,
      priority: job.priority,
      budgets: unitBudgets,
    };
    index += 1;
  }
}

function mapId({ job, name }: MapCall): string {
  return `${job.id}/${name}`;
}

function indexOf(unit: QueuedUnit): number {
  return Number(unit.id.slice(unit.id.lastIndexOf("/") + 1));
}

function partOf(index: number, outcome: UnitOutcome): Part {
  if (!outcome.ok) return { ok: false, index, code: outcome.code, error: outcome.error };
  const { file, summary, info } = outcome;
  return { ok: true, index, file, summary, info };
}

function checkedPart(record: PartRecord, unit: QueuedUnit): Part {
  if (record.digest === unitDigest(unit)) return record.part;
  throw new AppError(
    "replay_mismatch",
    `Unit ${unit.id} is not the one whose part was recorded: the task changed between two runs of this job.`,
  );
}

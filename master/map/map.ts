import { Channel } from "../../shared/async/channel.ts";
import { AppError } from "../../shared/errors.ts";
import type { Part, UnitSpec } from "../../shared/tasks/task.ts";
import type { QueuedUnit, UnitQueue } from "../queue/port.ts";
import { indexOf, mapId } from "../queue/unitId.ts";
import type { PartRecord, UnitWork } from "../record/part.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { MapCall } from "./mapCall.ts";
import type { Pace, PaceBook } from "./pace.ts";
import { partEvent, unitDigest } from "./partEvent.ts";
import { queuedUnits } from "./queuedUnits.ts";
import { WaitingWatch } from "./waiting.ts";

/** Units of a map that are in the queue or at slaves at a time, at least: small in memory. */
const WINDOW = 4096;
/** The same for each slot of a large fleet: half of them may be left when more are put, one that runs and one that waits. */
const WINDOW_A_SLOT = 4;
/** Units put into the queue together. */
const BATCH = 256;

export interface MapDeps {
  readonly jobs: Pick<RecordOfJobs, "apply" | "parts" | "watchParts">;
  readonly queue: Pick<UnitQueue, "put" | "withdraw" | "watch" | "recorded">;
  readonly paces: PaceBook;
  /** Slots that may get units now, those of other masters included. */
  readonly slots: () => number;
}

/**
 * The primitive under every task: does a step over units, wherever there are slots, and yields each part as soon as
 * the record has it. What a task publishes at once in answer to a part is recorded in the same transaction as that
 * part. Parts that were recorded before a restart are yielded at once, without work.
 * @throws AppError `replay_mismatch` when a recorded part belongs to another unit than the map has at its index
 */
export async function* mapUnits(
  deps: MapDeps,
  call: MapCall,
  units: Iterable<UnitSpec>,
): AsyncGenerator<Part> {
  const run = new MapRun(deps, call);
  try {
    await run.readRecorded();
    const source = queuedUnits(call, units);
    while (!run.pace.complete || run.open > 0) {
      call.signal.throwIfAborted();
      if (!run.pace.complete && run.open <= windowOf(deps) / 2) {
        const batch = nextOf(source, BATCH);
        run.pace.complete = batch.length < BATCH;
        yield* await run.submit(batch);
      } else yield run.ready() ?? (await run.next());
    }
  } finally {
    await run.stop();
  }
}

function windowOf({ slots }: Pick<MapDeps, "slots">): number {
  return Math.max(WINDOW, WINDOW_A_SLOT * slots());
}

function nextOf(source: Iterator<QueuedUnit>, limit: number): QueuedUnit[] {
  const batch: QueuedUnit[] = [];
  while (batch.length < limit) {
    const next = source.next();
    if (next.done === true) break;
    batch.push(next.value);
  }
  return batch;
}

/** The units of a map that are out, and the parts that came back. */
class MapRun {
  readonly #deps: MapDeps;
  readonly #call: MapCall;
  readonly pace: Pace;
  readonly #channel = new Channel<Part>();
  /** Units in the queue or at slaves, by index. */
  readonly #out = new Map<number, QueuedUnit>();
  /** Parts of units that are not out, by index. */
  readonly #recorded = new Map<number, PartRecord>();
  #open = 0;
  readonly #waiting: WaitingWatch;
  readonly #undo: readonly (() => void)[];

  constructor(deps: MapDeps, call: MapCall) {
    this.#deps = deps;
    this.#call = call;
    const id = mapId(call.job.id, call.name);
    this.pace = deps.paces.open(id);
    this.#waiting = new WaitingWatch({
      seconds: call.budgets?.waiting ?? Number.POSITIVE_INFINITY,
      lastSign: call.lastSign,
      queue: deps.queue,
      onOver: (unit, error) => this.#giveUp(unit, error),
    });
    const { signal } = call;
    const onAbort = () => this.#channel.fail(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#undo = [
      () => signal.removeEventListener("abort", onAbort),
      deps.jobs.watchParts(call.job.id, call.name, {
        stored: (record, work) => this.#stored(record, work),
        failed: (error) => this.#channel.fail(error),
      }),
      deps.queue.watch(id, {
        running: (unit) => {
          this.#waiting.runs(unit);
          call.watch.running(unit);
        },
        waiting: (unit) => {
          this.#waiting.waits(unit);
          call.watch.waiting(unit);
        },
      }),
      () => deps.paces.close(id),
    ];
  }

  /** Reads the parts that were recorded before; the record tells the watcher of this map of later ones. */
  async readRecorded(): Promise<void> {
    const { job, name, lastSign } = this.#call;
    for (const record of await this.#deps.jobs.parts(job.id, name)) {
      this.#recorded.set(record.part.index, record);
      lastSign.saw(record.at ?? 0);
    }
  }

  /** Puts units into the queue. Resolves with the recorded parts of those that need no work. */
  async submit(units: readonly QueuedUnit[]): Promise<readonly Part[]> {
    const known = this.#recorded.size === 0 ? [] : this.#removeRecorded(units);
    const parts = new Set(known.map(({ index }) => index));
    const left = parts.size === 0 ? units : units.filter(({ id }) => !parts.has(indexOf(id)));
    for (const unit of units) this.#call.watch.submitted(unit, parts.has(indexOf(unit.id)));
    this.#open += left.length;
    this.pace.submitted += left.length;
    for (const unit of left) {
      this.#out.set(indexOf(unit.id), unit);
      this.#waiting.waits(unit);
    }
    if (left.length > 0) await this.#deps.queue.put(left);
    return known;
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

  async stop(): Promise<void> {
    for (const undo of this.#undo) undo();
    this.#waiting.stop();
    // A task that wants no more parts leaves units in the queue. Of an aborted job the queue drops all units.
    const left = [...this.#out.values()];
    if (left.length > 0 && !this.#call.signal.aborted) await this.#deps.queue.withdraw(left);
  }

  #removeRecorded(units: readonly QueuedUnit[]): Part[] {
    const parts: Part[] = [];
    for (const unit of units) {
      const record = this.#recorded.get(indexOf(unit.id));
      if (record === undefined) continue;
      this.#recorded.delete(record.part.index);
      parts.push(checkedPart(record, unit));
    }
    return parts;
  }

  #stored(record: PartRecord, work: UnitWork | undefined): void {
    const { part } = record;
    const unit = this.#out.get(part.index);
    if (unit === undefined) {
      this.#recorded.set(part.index, record);
      return;
    }
    this.#out.delete(part.index);
    this.#waiting.ended(unit);
    // The slave may be one of another master.
    this.#deps.queue.recorded(unit.id);
    this.pace.ended += 1;
    if (work !== undefined) {
      this.#call.watch.ended(unit, work);
      this.pace.add(unit.bytes, work.seconds);
    }
    this.#channel.send(part);
  }

  /** Records the error of a unit that waited too long and was withdrawn from the queue. */
  #giveUp(unit: QueuedUnit, { code, message: error }: AppError): void {
    const part = { ok: false, index: indexOf(unit.id), code, error } as const;
    // The record tells the watcher of this map of an error.
    this.#deps.jobs.apply(unit.job, [partEvent(unit, part)]).catch(() => undefined);
  }
}

function checkedPart(record: PartRecord, unit: QueuedUnit): Part {
  if (record.digest === unitDigest(unit)) return record.part;
  throw new AppError(
    "replay_mismatch",
    `Unit ${unit.id} is not the one whose part was recorded: the task changed between two runs of this job.`,
  );
}

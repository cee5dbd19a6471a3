import type { QueuedUnit } from "../queue/port.ts";
import type { UnitWork } from "../record/part.ts";
import type { MapWatch } from "./mapCall.ts";

/** What the record keeps of the work on a file; a part from before a restart tells neither slave nor start. */
export interface SpentWork {
  readonly attempts: number;
  readonly seconds: number;
  readonly slave: string | undefined;
  readonly startedAt: number | undefined;
}

/** Which files run just now and what was spent on each. Kept in memory: after a restart it would be wrong. */
export class JobProgress {
  readonly #running = new Map<number, number>();
  readonly #started = new Map<number, number>();
  readonly #work = new Map<number, UnitWork>();
  readonly #onChange: () => void;
  #parts = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  readonly watch: MapWatch = {
    running: (unit) => {
      for (const index of inputsOf(unit)) if (!this.#started.has(index)) this.#started.set(index, Date.now());
      this.#count(unit, 1);
    },
    waiting: (unit) => this.#count(unit, -1),
    ended: (unit, work) => {
      this.#parts += 1;
      this.#count(unit, -1);
      for (const index of inputsOf(unit)) this.#work.set(index, added(this.#work.get(index), work));
    },
  };

  /** Objects that this run had stored: parts of its units, and what its task put. */
  get parts(): number {
    return this.#parts;
  }

  /** Its task put something into the store by itself. */
  put(): void {
    this.#parts += 1;
  }

  isRunning(index: number): boolean {
    return (this.#running.get(index) ?? 0) > 0;
  }

  running(): number {
    return this.#running.size;
  }

  /** When a slave began with a file for the first time; milliseconds since 1970. */
  startedAt(index: number): number | undefined {
    return this.#started.get(index);
  }

  /** What was spent on a file so far; forgotten with this call. */
  takeWork(index: number): SpentWork {
    const work = this.#work.get(index);
    const startedAt = this.#started.get(index);
    this.#work.delete(index);
    this.#started.delete(index);
    this.#running.delete(index);
    return {
      attempts: work?.attempts ?? 1,
      seconds: work?.seconds ?? 0,
      slave: work?.slave,
      startedAt,
    };
  }

  #count(unit: QueuedUnit, change: 1 | -1): void {
    for (const index of inputsOf(unit)) {
      const count = (this.#running.get(index) ?? 0) + change;
      if (count > 0) this.#running.set(index, count);
      else this.#running.delete(index);
    }
    this.#onChange();
  }
}

/** Places of the job's own files among those of a unit. */
function inputsOf(unit: QueuedUnit): number[] {
  const indexes: number[] = [];
  for (const file of unit.files)
    if ("index" in file && typeof file.index === "number") indexes.push(file.index);
  return indexes;
}

function added(before: UnitWork | undefined, work: UnitWork): UnitWork {
  if (before === undefined) return work;
  const seconds = before.seconds + work.seconds;
  return { slave: work.slave, seconds, attempts: Math.max(before.attempts, work.attempts) };
}

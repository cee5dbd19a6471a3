import type { QueuedUnit } from "../port.ts";
import type { Bundle } from "./bundle.ts";
import type { OfferedBundle } from "./bundles.ts";

/** Where a bundle of this master's jobs is. `here`: in its own queue. `away`: in the engine. `kept`: the engine was not there. */
type Whereabouts = "here" | "away" | "kept";

/** A bundle of one of this master's jobs, until its last unit has ended. */
export interface OwnBundle extends Bundle {
  /** Those that have not ended, by id. */
  readonly open: Map<string, QueuedUnit>;
  /** Units that run at a slave of another master. */
  readonly running: Set<string>;
  place: Whereabouts;
  /** When it was last offered, or something was heard of it, in `performance.now()`. */
  heardAt: number;
  /** Its turn, once it was offered. */
  startTime: number | undefined;
}

/** The units of this master's jobs that are in its queue, at its slaves, or with other masters. */
export class OwnUnits {
  readonly #bundles = new Map<string, OwnBundle>();
  readonly #bundleOf = new Map<string, OwnBundle>();
  #waiting = 0;
  #bytes = 0;

  /** Units with other masters, or in the engine, of which none is known to run. */
  get waiting(): number {
    return this.#waiting;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Notes the units of a bundle; those that are known stay as they are. */
  add({ id, lane, units }: Bundle): OwnBundle {
    const known = this.#bundles.get(id);
    const bundle: OwnBundle = known ?? {
      id,
      lane,
      units,
      open: new Map(),
      running: new Set(),
      place: "here",
      heardAt: performance.now(),
      startTime: undefined,
    };
    this.#bundles.set(id, bundle);
    for (const unit of units) {
      if (bundle.open.has(unit.id)) continue;
      bundle.open.set(unit.id, unit);
      this.#bundleOf.set(unit.id, bundle);
      if (bundle.place !== "here") this.#count(unit, 1);
    }
    return bundle;
  }

  get(id: string): OwnBundle | undefined {
    return this.#bundles.get(id);
  }

  of(unit: string): OwnBundle | undefined {
    return this.#bundleOf.get(unit);
  }

  all(): Iterable<OwnBundle> {
    return this.#bundles.values();
  }

  /** The bundle is elsewhere now. Returns those of its units that another master ran, and that wait here. */
  move(bundle: OwnBundle, place: Whereabouts): readonly QueuedUnit[] {
    bundle.heardAt = performance.now();
    const wasHere = bundle.place === "here";
    bundle.place = place;
    if (wasHere === (place === "here")) return [];
    const ran = [...bundle.running].flatMap((id) => bundle.open.get(id) ?? []);
    for (const unit of bundle.open.values())
      if (!bundle.running.has(unit.id)) this.#count(unit, wasHere ? 1 : -1);
    if (place === "here") bundle.running.clear();
    return ran;
  }

  /** A unit runs at another master, or waits again. Returns it, if it is one of this master, and that is new. */
  heard(id: string, isRunning: "running" | "waiting"): QueuedUnit | undefined {
    const bundle = this.#bundleOf.get(id);
    const unit = bundle?.open.get(id);
    if (bundle === undefined || unit === undefined || bundle.place === "here") return undefined;
    bundle.heardAt = performance.now();
    const wasRunning = bundle.running.has(id);
    if (isRunning === "running") bundle.running.add(id);
    else bundle.running.delete(id);
    if (wasRunning === bundle.running.has(id)) return undefined;
    this.#count(unit, wasRunning ? 1 : -1);
    return unit;
  }

  /** The unit ended. Returns its bundle, if that was the last one of it. */
  end(id: string): OwnBundle | undefined {
    const bundle = this.#bundleOf.get(id);
    const unit = bundle?.open.get(id);
    if (bundle === undefined || unit === undefined) return undefined;
    bundle.heardAt = performance.now();
    bundle.open.delete(id);
    this.#bundleOf.delete(id);
    if (bundle.place !== "here" && !bundle.running.delete(id)) this.#count(unit, -1);
    if (bundle.open.size > 0) return undefined;
    this.#bundles.delete(bundle.id);
    return bundle;
  }

  /** Forgets the units of a job; returns its bundles. */
  forget(job: string): OwnBundle[] {
    const bundles = [...this.#bundles.values()].filter(({ units }) => units[0]?.job === job);
    for (const { open } of bundles) for (const id of [...open.keys()]) this.end(id);
    return bundles;
  }

  #count({ bytes }: QueuedUnit, sign: 1 | -1): void {
    this.#waiting += sign;
    this.#bytes += sign * bytes;
  }
}

/** What the engine is given of a bundle that may have been offered before: its open units, in its old turn. */
export function offeredAgain({ id, lane, open, startTime = 1 }: OwnBundle): OfferedBundle {
  return { id, lane, units: [...open.values()], startTime };
}

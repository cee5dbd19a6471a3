import type { QueuedUnit } from "../port.ts";
import { mapOf } from "../unitId.ts";
import type { TakenBundle } from "./bundles.ts";

interface Held {
  readonly taken: TakenBundle;
  /** Ids of its units that have not ended. */
  readonly open: Set<string>;
}

/** The bundles that this master took from the engine, until their last unit has ended. */
export class HeldBundles {
  readonly #held = new Map<string, Held>();
  readonly #heldOf = new Map<string, Held>();
  /** Units that ran here when their bundle was lost: they run on. */
  readonly #strays = new Set<string>();
  /** Number of bundles held by map, so that a map is watched while there are some. */
  readonly #maps = new Map<string, { count: number; readonly unwatch: () => void }>();
  readonly #watch: (map: string) => () => void;

  /** @param watch called with each map that units were taken of; what it returns is called when the last one has ended */
  constructor(watch: (map: string) => () => void) {
    this.#watch = watch;
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  all(): readonly TakenBundle[] {
    return [...this.#held.values()].map(({ taken }) => taken);
  }

  /** Holds a bundle with units of it. Returns those that do not run here already. */
  add(taken: TakenBundle, units: readonly QueuedUnit[]): readonly QueuedUnit[] {
    const held: Held = { taken, open: new Set(units.map(({ id }) => id)) };
    this.#held.set(taken.id, held);
    for (const { id } of units) this.#heldOf.set(id, held);
    const map = mapOf(taken.id);
    const known = this.#maps.get(map);
    if (known === undefined) this.#maps.set(map, { count: 1, unwatch: this.#watch(map) });
    else known.count += 1;
    return units.filter(({ id }) => !this.#strays.delete(id));
  }

  /** A unit ended. Returns its bundle, if that was the last one of it. */
  end(id: string): TakenBundle | undefined {
    this.#strays.delete(id);
    const held = this.#heldOf.get(id);
    if (held === undefined) return undefined;
    this.#heldOf.delete(id);
    held.open.delete(id);
    if (held.open.size > 0) return undefined;
    this.#remove(held);
    return held.taken;
  }

  /** Another master has it. Returns the ids of its units that have not ended. */
  lose(id: string): readonly string[] {
    const held = this.#held.get(id);
    if (held === undefined) return [];
    this.#remove(held);
    for (const unit of held.open) this.#heldOf.delete(unit);
    return [...held.open];
  }

  /** Units of a lost bundle that could not be withdrawn: they run. */
  stray(units: Iterable<string>): void {
    for (const id of units) this.#strays.add(id);
  }

  /** Forgets the bundles of a job; returns them. */
  forget(job: string): TakenBundle[] {
    for (const id of this.#strays) if (id.startsWith(`${job}/`)) this.#strays.delete(id);
    const bundles = this.all().filter(({ id }) => id.startsWith(`${job}/`));
    for (const { id } of bundles) this.lose(id);
    return bundles;
  }

  #remove({ taken: { id } }: Held): void {
    this.#held.delete(id);
    const map = this.#maps.get(mapOf(id));
    if (map === undefined) return;
    map.count -= 1;
    if (map.count > 0) return;
    this.#maps.delete(mapOf(id));
    map.unwatch();
  }
}

import { setImmediate as turn } from "node:timers/promises";
import { coalesce } from "../../../shared/async/coalesce.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { UnitQueue, UnitWatcher } from "../port.ts";
import { mapOf } from "../unitId.ts";
import { TOGETHER } from "./bundle.ts";
import { type Bundles, HOLD_MS, type TakenBundle } from "./bundles.ts";
import type { Completions } from "./completions.ts";
import { HeldBundles } from "./heldBundles.ts";
import { Lanes, type LaneWithRoom } from "./lanes.ts";
import type { Offers } from "./offers.ts";
import type { OwnUnits } from "./ownUnits.ts";
import type { WantedUnits } from "./wanted.ts";

export interface BundleTakerDeps {
  readonly memory: UnitQueue;
  readonly bundles: Bundles;
  readonly wanted: WantedUnits;
  readonly own: OwnUnits;
  readonly offers: Offers;
  readonly completions: Completions;
  /** Of the maps of this master's jobs. */
  readonly watchers: ReadonlyMap<string, UnitWatcher>;
  readonly logger: Logger;
}

/** Time between two looks at what is held, and at what the engine may have forgotten. */
const LOOK_MS = HOLD_MS / 4;
/** Bundles that are taken at a time: each takes some round trips. */
const AT_ONCE = 4;
/** Time between two looks at lanes of which nothing was told. */
const POLL_MS = 5_000;

/** Takes bundles from the engine while own slots have room, and holds them until their units have ended. */
export class BundleTaker {
  readonly held: HeldBundles;
  readonly #deps: BundleTakerDeps;
  readonly #lanes = new Lanes();
  readonly #timer: NodeJS.Timeout;
  readonly #stopHearing: () => void;
  #looking: Promise<void> | undefined;
  #nextPoll = 0;
  #closed = false;

  constructor(deps: BundleTakerDeps) {
    this.#deps = deps;
    this.held = new HeldBundles((map) => this.#tellOf(map));
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }, LOOK_MS).unref();
    this.#stopHearing = deps.bundles.onReady((lane) => {
      this.#lanes.isReady(lane);
      this.fillSoon();
    });
  }

  mayHave(lane: string): boolean {
    return this.#lanes.mayHave(lane);
  }

  /** Hands back what is held, so that other masters need not wait until it is missed. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stopHearing();
    const { bundles, completions } = this.#deps;
    await this.#looking;
    await completions.close();
    await Promise.allSettled(this.held.all().map((taken) => bundles.release(taken)));
  }

  readonly fillSoon = (): void => void this.fill();

  /** Takes bundles while own slots have room. */
  readonly fill = coalesce(
    async () => {
      const { memory, bundles, wanted, logger } = this.#deps;
      if (this.#closed || this.#lanes.areEmpty || bundles.trouble !== undefined) return;
      try {
        for (const lane of this.#lanes.withRoom(wanted, memory.heads())) await this.#take(lane);
      } catch (error) {
        logger.debug({ err: error }, "no bundles could be taken: the next look tries again");
      }
    },
    { pause: turn },
  );

  async #take({ name, room }: LaneWithRoom): Promise<void> {
    for (let left = room; left > 0; ) {
      const wanted = Math.min(AT_ONCE, Math.ceil(left / TOGETHER));
      const told = this.#lanes.told(name);
      const taken = await Promise.all(Array.from({ length: wanted }, () => this.#takeOne(name)));
      for (const units of taken) left -= units ?? 0;
      if (taken.includes(undefined)) return this.#lanes.isEmpty(name, told);
    }
  }

  /** Resolves with the number of units; undefined when no bundle waits. */
  async #takeOne(lane: string): Promise<number | undefined> {
    const taken = await this.#deps.bundles.take(lane);
    return taken && (await this.#hold(taken));
  }

  /** Puts the units of a bundle into the queue in memory; of an own one only those that have not ended. */
  async #hold(taken: TakenBundle): Promise<number> {
    const own = this.#deps.own.get(taken.id);
    const wanted = own === undefined ? taken.units : [...own.open.values()];
    const isOver =
      wanted.length === 0 || own?.place === "here" || this.#deps.offers.isOver(wanted[0]?.job ?? "");
    if (isOver) {
      this.#deps.completions.add(taken);
      return 0;
    }
    if (taken.isAgain && own === undefined)
      this.#deps.bundles.tell({ running: [], waiting: wanted.map(({ id }) => id) });
    const units = this.held.add(taken, wanted);
    if (own !== undefined)
      for (const unit of this.#deps.own.move(own, "here"))
        this.#deps.watchers.get(mapOf(unit.id))?.waiting(unit);
    await this.#deps.memory.put(units);
    return units.length;
  }

  async #look(): Promise<void> {
    const { bundles, logger } = this.#deps;
    if (bundles.trouble !== undefined) return;
    try {
      await this.#giveBack();
      const held = this.held.all();
      if (held.length > 0) for (const lost of await bundles.extend(held)) await this.#lose(lost);
      await this.#deps.completions.retry();
      await this.#deps.offers.look();
    } catch (error) {
      logger.debug({ err: error }, "bundles could not be looked after: the next look tries again");
    }
    if (performance.now() > this.#nextPoll) this.#poll();
    this.fillSoon();
  }

  /** Hands back what no slave of this master can do any more. */
  async #giveBack(): Promise<void> {
    const { memory, bundles, wanted, own } = this.#deps;
    for (const taken of this.held.all()) {
      if (wanted.canDo(taken.lane)) continue;
      const open = new Set(this.held.lose(taken.id));
      const units = taken.units.filter(({ id }) => open.has(id));
      const withdrawn = new Set(await memory.withdraw(units));
      if (withdrawn.size < units.length) {
        this.held.add(taken, units);
        await memory.put(units.filter(({ id }) => withdrawn.has(id)));
        continue;
      }
      const bundle = own.get(taken.id);
      if (bundle !== undefined) own.move(bundle, "away");
      await bundles.release(taken);
    }
  }

  /** Not all that happens is told: looks at each lane from time to time. */
  #poll(): void {
    this.#nextPoll = performance.now() + POLL_MS;
    for (const lane of this.#deps.wanted.lanes()) this.#lanes.isReady(lane);
  }

  /** Another master has the bundle. What runs here runs on: the first part of a unit counts. */
  async #lose({ id }: TakenBundle): Promise<void> {
    const units = this.held.lose(id);
    const gone = new Set(await this.#deps.memory.withdraw(units.map((unit) => ({ id: unit }))));
    this.held.stray(units.filter((unit) => !gone.has(unit)));
    const own = this.#deps.own.get(id);
    if (own !== undefined) this.#deps.own.move(own, "away");
  }

  /** Tells the master of a map which of its units run here, and which wait again. */
  #tellOf(map: string): () => void {
    if (this.#deps.watchers.has(map)) return () => undefined;
    const { memory, bundles } = this.#deps;
    return memory.watch(map, {
      running: ({ id }) => bundles.tell({ running: [id], waiting: [] }),
      waiting: ({ id }) => bundles.tell({ running: [], waiting: [id] }),
    });
  }
}

import { coalesce } from "../../../shared/async/coalesce.ts";
import type { Logger } from "../../../shared/logger.ts";
import { taskNamed } from "../../../shared/tasks/registry.ts";
import type { ClientWeights } from "../clientTurns.ts";
import type {
  FailReason,
  Lease,
  LeaseWish,
  MapHead,
  QueuedUnit,
  QueueSize,
  UnitQueue,
  UnitWatcher,
} from "../port.ts";
import { mapOf } from "../unitId.ts";
import { type Bundle, bundlesOf } from "./bundle.ts";
import type { Bundles, UnitNews } from "./bundles.ts";
import { BundleTaker } from "./bundleTaker.ts";
import { Completions } from "./completions.ts";
import { Offers } from "./offers.ts";
import { type OwnBundle, OwnUnits } from "./ownUnits.ts";
import type { WantedUnits } from "./wanted.ts";

export interface SharedQueueDeps {
  /** The units that this master's slaves get next. */
  readonly memory: UnitQueue;
  readonly bundles: Bundles;
  readonly weights: ClientWeights;
  readonly wanted: WantedUnits;
  readonly logger: Logger;
}

/** Time between two looks for units that other masters could do sooner. */
const SPREAD_MS = 500;

/**
 * Units of this master's jobs, and those of other masters' jobs that its slaves have room for. A unit that own slots can take
 * at once goes straight to the queue in memory, and so do all while there is no other master. The others go to the engine as bundles, where every master takes them by their
 * turns. The engine need not keep them safe: what it loses is offered again by the master of the job.
 */
export class SharedQueue implements UnitQueue {
  readonly #deps: SharedQueueDeps;
  readonly #own = new OwnUnits();
  readonly #offers: Offers;
  readonly #completions: Completions;
  readonly #taker: BundleTaker;
  readonly #watchers = new Map<string, UnitWatcher>();
  readonly #stop: () => void;

  constructor(deps: SharedQueueDeps) {
    const { bundles } = deps;
    this.#deps = deps;
    const own = this.#own;
    const watchers = this.#watchers;
    this.#offers = new Offers(deps, own);
    this.#completions = new Completions(bundles);
    const { offers, completions } = { offers: this.#offers, completions: this.#completions };
    this.#taker = new BundleTaker({ ...deps, own, watchers, offers, completions });
    const stopHearing = bundles.onNews((news) => this.#heard(news));
    const spreading = setInterval(() => void this.#spreadSoon(), SPREAD_MS).unref();
    this.#stop = () => {
      stopHearing();
      clearInterval(spreading);
    };
  }

  async put(units: readonly QueuedUnit[]): Promise<void> {
    const { memory, bundles, wanted } = this.#deps;
    const made = bundlesOf(units);
    const away: OwnBundle[] = [];
    const here: QueuedUnit[] = [];
    let waiting = memory.size().waiting;
    for (const bundle of made) {
      const own = this.#own.add(bundle);
      // What waits in the engine comes before what is new.
      const fits = wanted.of(bundle.lane) > waiting && !this.#taker.mayHave(bundle.lane);
      if (isShared(bundle) && !fits && !bundles.alone) away.push(own);
      else {
        waiting += bundle.units.length;
        here.push(...bundle.units);
      }
    }
    if (here.length > 0) await memory.put(here);
    if (away.length > 0) await this.#offer(away);
  }

  async #offer(bundles: readonly OwnBundle[]): Promise<void> {
    const { memory, wanted } = this.#deps;
    const left = await this.#offers.offer(bundles);
    // Without the engine each master does its own jobs.
    const own = left.filter(({ lane }) => wanted.canDo(lane));
    for (const bundle of left) this.#own.move(bundle, own.includes(bundle) ? "here" : "kept");
    if (own.length > 0) await memory.put(own.flatMap(({ open }) => [...open.values()]));
    else await this.#taker.fill();
  }

  readonly #spreadSoon = coalesce(async () => {
    try {
      await this.#spread();
    } catch (error) {
      this.#deps.logger.error(
        { err: error },
        "units could not be offered to other masters: the next look tries again",
      );
    }
  });

  /** Offers what own slots cannot take soon, and was put while this master was alone or had more slots. */
  async #spread(): Promise<void> {
    const { memory, bundles } = this.#deps;
    if (bundles.alone || bundles.trouble !== undefined) return;
    const surplus = this.#surplus();
    if (surplus.length === 0) return;
    const units = surplus.flatMap(({ open }) => [...open.values()]);
    const withdrawn = new Set(await memory.withdraw(units));
    const isWhole = ({ open }: OwnBundle) => [...open.keys()].every((id) => withdrawn.has(id));
    const whole = surplus.filter(isWhole);
    for (const bundle of whole) this.#own.move(bundle, "kept");
    // Slaves have the others of its units.
    const back = surplus
      .filter((bundle) => !whole.includes(bundle))
      .flatMap(({ open }) => [...open.values()]);
    const left = back.filter(({ id }) => withdrawn.has(id));
    if (left.length > 0) await memory.put(left);
    if (whole.length > 0) await this.#offer(whole);
  }

  #surplus(): OwnBundle[] {
    const room = new Map<string, number>();
    return [...this.#own.all()].filter((bundle) => {
      const { id, lane, open, place } = bundle;
      if (place !== "here" || this.#taker.held.has(id) || !isShared(bundle)) return false;
      const left = room.get(lane) ?? this.#deps.wanted.withLeased(lane);
      room.set(lane, left - open.size);
      return left <= 0;
    });
  }

  heads(): Iterable<MapHead> {
    return this.#deps.memory.heads();
  }

  async lease(wish: LeaseWish): Promise<Lease | undefined> {
    const lease = await this.#deps.memory.lease(wish);
    this.#taker.fillSoon();
    return lease;
  }

  async extend(lease: Lease, seconds: number): Promise<boolean> {
    return await this.#deps.memory.extend(lease, seconds);
  }

  async ack(lease: Lease, unit: string): Promise<boolean> {
    return await this.#deps.memory.ack(lease, unit);
  }

  recorded(unit: string): void {
    const held = this.#taker.held.end(unit);
    if (held !== undefined) this.#completions.add(held);
    const own = this.#own.end(unit);
    // Its last units ended elsewhere, or under a token that is too old: it must not go out again.
    if (own?.place === "away" && held === undefined) this.#completions.drop(own);
  }

  async fail(lease: Lease, unit: string, reason: FailReason): Promise<boolean> {
    return await this.#deps.memory.fail(lease, unit, reason);
  }

  async withdraw(units: readonly Pick<QueuedUnit, "id">[]): Promise<readonly string[]> {
    const here = await this.#deps.memory.withdraw(units);
    for (const id of here) this.recorded(id);
    const away = await this.#offers.withdraw(units.filter(({ id }) => this.#own.of(id) !== undefined));
    return [...here, ...away];
  }

  async cancel(job: string): Promise<void> {
    await this.#deps.memory.cancel(job);
    for (const taken of this.#taker.held.forget(job)) this.#completions.add(taken);
    this.#offers.forget(job);
    for (const bundle of this.#own.forget(job)) if (bundle.place === "away") this.#completions.drop(bundle);
  }

  async leave(job: string): Promise<void> {
    const { memory, bundles } = this.#deps;
    await memory.cancel(job);
    this.#own.forget(job);
    await Promise.allSettled(this.#taker.held.forget(job).map((taken) => bundles.release(taken)));
  }

  began(lease: Lease, unit: string): void {
    this.#deps.memory.began(lease, unit);
  }

  watch(map: string, watcher: UnitWatcher): () => void {
    this.#watchers.set(map, watcher);
    const undo = this.#deps.memory.watch(map, watcher);
    return () => {
      undo();
      if (this.#watchers.get(map) === watcher) this.#watchers.delete(map);
    };
  }

  onReady(listener: () => void): () => void {
    return this.#deps.memory.onReady(listener);
  }

  /** What other masters have counts as waiting until one tells that it runs. */
  size(): QueueSize {
    const { waiting, leased, bytes } = this.#deps.memory.size();
    return { waiting: waiting + this.#own.waiting, leased, bytes: bytes + this.#own.bytes };
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#taker.close();
    await this.#deps.bundles.close();
    await this.#deps.memory.close();
  }

  #heard({ running, waiting }: UnitNews): void {
    for (const id of waiting) {
      const unit = this.#own.heard(id, "waiting");
      if (unit !== undefined) this.#watchers.get(mapOf(id))?.waiting(unit);
    }
    for (const id of running) {
      const unit = this.#own.heard(id, "running");
      if (unit !== undefined) this.#watchers.get(mapOf(id))?.running(unit);
    }
  }
}

/** Whether other masters can do such units: a whole job for a classic slave is none of their steps. */
function isShared({ units }: Bundle): boolean {
  const [first] = units;
  return first !== undefined && taskNamed(first.task).steps[first.step] !== undefined;
}

import { AppError } from "../../../shared/errors.ts";
import type { ClientWeights } from "../clientTurns.ts";
import type { QueuedUnit } from "../port.ts";
import type { Bundles } from "./bundles.ts";
import { type OwnBundle, type OwnUnits, offeredAgain } from "./ownUnits.ts";
import { StartTimes } from "./startTimes.ts";

/** Time without a sign of a bundle after which it is offered again: the engine may have forgotten it. */
const FORGOTTEN_MS = 10_000;
/** Bundles that are offered again at a time. */
const MOST_AGAIN = 256;
/** Jobs that are over, and that bundles may still name. */
const MOST_OVER = 10_000;

export interface OffersDeps {
  readonly bundles: Bundles;
  readonly weights: ClientWeights;
}

/** Offers the bundles of this master's jobs to all masters. */
export class Offers {
  readonly #bundles: Bundles;
  readonly #own: OwnUnits;
  readonly #times: StartTimes;
  readonly #over = new Set<string>();

  constructor({ bundles, weights }: OffersDeps, own: OwnUnits) {
    this.#bundles = bundles;
    this.#own = own;
    this.#times = new StartTimes(weights);
  }

  /** Resolves with those that the engine did not take. */
  async offer(bundles: readonly OwnBundle[]): Promise<readonly OwnBundle[]> {
    try {
      for (const lane of new Set(bundles.map((bundle) => bundle.lane)))
        await this.#offerIn(
          lane,
          bundles.filter((bundle) => bundle.lane === lane),
        );
      return [];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return bundles.filter(({ place }) => place !== "away");
    }
  }

  async #offerIn(lane: string, bundles: readonly OwnBundle[]): Promise<void> {
    const now = await this.#bundles.nextStart(lane);
    const offered = this.#times.offered(lane, bundles, now);
    await this.#bundles.add(offered);
    for (const [n, bundle] of bundles.entries()) {
      bundle.startTime = offered[n]?.startTime;
      this.#own.move(bundle, "away");
    }
  }

  /** Takes bundles back of which all open units are named. Resolves with the ids of those units. */
  async withdraw(units: readonly Pick<QueuedUnit, "id">[]): Promise<string[]> {
    const wanted = new Set(units.map(({ id }) => id));
    const bundles = new Set(units.flatMap(({ id }) => this.#own.of(id) ?? []));
    const withdrawn: string[] = [];
    for (const bundle of bundles) {
      const ids = [...bundle.open.keys()];
      if (bundle.place === "here" || !ids.every((id) => wanted.has(id))) continue;
      if (bundle.place === "away" && !(await this.#bundles.remove(bundle).catch(() => false))) continue;
      for (const id of ids) this.#own.end(id);
      withdrawn.push(...ids);
    }
    return withdrawn;
  }

  /** Offers what the engine was not there for, and what it may have forgotten. @throws AppError `queue_unavailable` */
  async look(): Promise<void> {
    const now = performance.now();
    const kept: OwnBundle[] = [];
    const silent: OwnBundle[] = [];
    for (const bundle of this.#own.all()) {
      if (bundle.place === "kept") kept.push(bundle);
      if (bundle.place === "away" && now - bundle.heardAt > FORGOTTEN_MS && silent.length < MOST_AGAIN)
        silent.push(bundle);
    }
    if (kept.length > 0) await this.offer(kept);
    if (silent.length === 0) return;
    // The engine ignores those that it has.
    await this.#bundles.add(silent.map(offeredAgain));
    for (const bundle of silent) bundle.heardAt = now;
  }

  forget(job: string): void {
    this.#times.forget(job);
    this.#over.add(job);
    if (this.#over.size > MOST_OVER) for (const oldest of this.#over) if (this.#over.delete(oldest)) break;
  }

  /** Whether this master knows that a job is over. */
  isOver(job: string): boolean {
    return this.#over.has(job);
  }
}

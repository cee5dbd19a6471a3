import { randomUUID } from "node:crypto";
import type { AppError } from "../../../../shared/errors.ts";
import { type Bundle, textOf, unitsOf } from "../bundle.ts";
import type { Bundles, OfferedBundle, TakenBundle, UnitNews } from "../bundles.ts";
import type { QueueEngine } from "./engine.ts";
import { EngineWatch, type EngineWatchDeps } from "./engineWatch.ts";
import { type BullLane, type BundleJob, STALLED_MS } from "./lane.ts";
import { NewsDesk } from "./newsDesk.ts";

/** Time since a lane was last used after which it is no longer searched for bundles that nothing holds. */
const IDLE_MS = 300_000;

interface OpenLane {
  readonly lane: BullLane;
  usedAt: number;
}

/** Bundles in queues of BullMQ, one for each lane. */
export class BullBundles implements Bundles {
  readonly #engine: QueueEngine;
  readonly #watch: EngineWatch;
  readonly #lanes = new Map<string, Promise<OpenLane>>();
  /** What is held, by token. */
  readonly #held = new Map<string, BundleJob>();
  readonly #ready = new Set<(lane: string) => void>();
  readonly #desk: NewsDesk;
  readonly #name = randomUUID();
  readonly #searching: NodeJS.Timeout;
  #tokens = 0;
  #closed = false;

  constructor(engine: QueueEngine, onTrouble: EngineWatchDeps["onTrouble"]) {
    this.#engine = engine;
    this.#watch = new EngineWatch({ probe: () => engine.probe(), onTrouble });
    this.#desk = new NewsDesk(this.#name, (lane) => this.#tellReady(lane));
    this.#searching = setInterval(() => void this.#free(), STALLED_MS).unref();
  }

  /** @throws the engine's error */
  async start(): Promise<void> {
    this.#desk.open(await this.#engine.news((text) => this.#desk.heard(text)));
  }

  get alone(): boolean {
    return this.#desk.alone;
  }

  get trouble(): AppError | undefined {
    return this.#watch.trouble;
  }

  async add(bundles: readonly OfferedBundle[]): Promise<void> {
    for (const [name, group] of byLane(bundles)) {
      await this.#in(name, (lane) =>
        lane.add(
          group.map(({ id, units, startTime }) => ({
            name: "bundle",
            data: { text: textOf(units) },
            opts: { jobId: encoded(id), priority: startTime },
          })),
        ),
      );
      this.#isReady(name);
    }
  }

  async take(lane: string): Promise<TakenBundle | undefined> {
    this.#tokens += 1;
    const token = `${this.#name}/${this.#tokens}`;
    const job = await this.#in(lane, (open) => open.take(token));
    if (job?.id === undefined) return undefined;
    this.#held.set(token, job);
    const units = unitsOf(job.data.text);
    const isAgain = job.attemptsStarted > 1;
    return { id: decodeURIComponent(job.id), lane, units, startTime: job.priority, token, isAgain };
  }

  async extend(taken: readonly TakenBundle[]): Promise<readonly TakenBundle[]> {
    const lost: TakenBundle[] = [];
    for (const [name, group] of byLane(taken)) {
      const ids = group.map(({ id }) => encoded(id));
      const tokens = group.map(({ token }) => token);
      const gone = new Set(await this.#in(name, (lane) => lane.extend(ids, tokens)));
      lost.push(...group.filter(({ id }) => gone.has(encoded(id))));
    }
    for (const { token } of lost) this.#held.delete(token);
    return lost;
  }

  async complete(taken: TakenBundle): Promise<boolean> {
    return await this.#end(taken, async (job) => void (await job.moveToCompleted(null, taken.token, false)));
  }

  async release(taken: TakenBundle): Promise<boolean> {
    const isBack = await this.#end(taken, async (job) => void (await job.moveToWait(taken.token)));
    if (isBack) this.#isReady(taken.lane);
    return isBack;
  }

  async remove({ id, lane }: Pick<Bundle, "id" | "lane">): Promise<boolean> {
    return await this.#in(
      lane,
      async (open) => (await open.isWaiting(encoded(id))) && (await open.remove(encoded(id))) > 0,
    );
  }

  async nextStart(lane: string): Promise<number | undefined> {
    return (await this.#in(lane, (open) => open.first()))?.priority;
  }

  tell(news: UnitNews): void {
    this.#desk.tell(news);
  }

  onNews(listener: (news: UnitNews) => void): () => void {
    return this.#desk.onNews(listener);
  }

  onReady(listener: (lane: string) => void): () => void {
    this.#ready.add(listener);
    return () => this.#ready.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#searching);
    this.#watch.close();
    await this.#desk.close();
    for (const opening of this.#lanes.values())
      await opening.then(({ lane }) => lane.close()).catch(() => undefined);
    await this.#engine.close();
  }

  async #end({ token }: TakenBundle, end: (job: BundleJob) => Promise<void>): Promise<boolean> {
    const job = this.#held.get(token);
    if (job === undefined) return false;
    return await this.#watch.use(async () => {
      try {
        await end(job);
        this.#held.delete(token);
        return true;
      } catch (error) {
        if (!isRefused(error)) throw error;
        this.#held.delete(token);
        return false;
      }
    });
  }

  async #in<T>(name: string, work: (lane: BullLane) => Promise<T>): Promise<T> {
    return await this.#watch.use(async () => {
      const open = await this.#laneOf(name);
      open.usedAt = Date.now();
      return await work(open.lane);
    });
  }

  #laneOf(name: string): Promise<OpenLane> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const opening = this.#engine.lane(name).then((lane) => ({ lane, usedAt: Date.now() }));
    this.#lanes.set(name, opening);
    // The next call tries again.
    opening.catch(() => this.#lanes.delete(name));
    return opening;
  }

  /** Frees bundles of masters that ended, or were cut off. */
  async #free(): Promise<void> {
    for (const [name, opening] of this.#lanes) {
      const open = await opening.catch(() => undefined);
      if (this.#closed || this.trouble !== undefined) return;
      if (open === undefined || Date.now() - open.usedAt > IDLE_MS) continue;
      const freed = await this.#watch.use(() => open.lane.free()).catch(() => []);
      if (freed.length > 0) this.#isReady(name);
    }
  }

  #isReady(lane: string): void {
    this.#desk.ready(lane);
    this.#tellReady(lane);
  }

  #tellReady(lane: string): void {
    for (const listener of this.#ready) listener(lane);
  }
}

function byLane<T extends Pick<Bundle, "lane">>(bundles: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const bundle of bundles) groups.set(bundle.lane, [...(groups.get(bundle.lane) ?? []), bundle]);
  return groups;
}

/** Ids of BullMQ have no colons. */
function encoded(id: string): string {
  return encodeURIComponent(id);
}

/** The engine answered that another master has the bundle, or that it is gone. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "number" && error.code < 0;
}

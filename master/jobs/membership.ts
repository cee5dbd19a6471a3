import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../shared/logger.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { JobRecord } from "../record/job.ts";
import {
  type LivingMaster,
  type MasterNews,
  type MasterState,
  type RecordedMasters,
  SILENT_SECONDS,
} from "../record/masters.ts";
import type { JobRunner } from "./runner.ts";

/** Time between two signs of life. */
const BEAT_MS = 1_000;
/** A gap after which other masters may have taken jobs of this one over. */
const GAP_MS = 3_000;
/** Time between two looks for own jobs that do not run; one that is seen twice is not just being started. */
const UNKNOWN_MS = 3_000;
/** Jobs that are claimed together, so that the masters that are left share them. */
const CLAIMED = 16;

export interface MembershipDeps {
  readonly masters: RecordedMasters;
  readonly runner: Pick<JobRunner, "start" | "cancel" | "drop" | "running">;
  readonly dispatcher: Pick<Dispatcher, "cancel">;
  /** What the others are told of this master now. */
  readonly state: () => MasterState;
  /** Called when it was heard which masters live, and what they tell. */
  readonly onHeard: () => void;
  readonly logger: Logger;
}

/**
 * This master among those that share the record: it says that it lives, takes over the jobs of masters that are gone, and
 * hears what the others ask of it.
 */
export class Membership {
  readonly #deps: MembershipDeps;
  readonly #stopping = new AbortController();
  /** Aborted to look before the time is over. */
  #early = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #undo: () => void = () => undefined;
  #living: readonly LivingMaster[] = [];
  /** Since when this master is in contact without a gap, and its last sign of life: milliseconds of `performance.now`. */
  #since = 0;
  #beatAt = 0;
  /** Own jobs that did not run at the last look for them, and its time. */
  #unknown: ReadonlySet<string> = new Set();
  #unknownAt = 0;

  constructor(deps: MembershipDeps) {
    this.#deps = deps;
  }

  get id(): string {
    return this.#deps.masters.id;
  }

  /** Masters that live, this one among them, as they were a moment ago. */
  get living(): readonly LivingMaster[] {
    return this.#living;
  }

  /** Whether this master does what one of them has to do for all. */
  get isFirst(): boolean {
    const [first] = this.#living;
    return first === undefined || first.id === this.id;
  }

  /** Takes over what is certainly free, and begins to say that this master lives. Resolves with the number of these jobs. */
  async start(): Promise<number> {
    const { masters } = this.#deps;
    this.#undo = masters.onNews(this.#hear);
    await masters.beat(this.#deps.state());
    this.#living = await masters.living();
    this.#beatAt = this.#since = performance.now();
    const claimed = await this.#claim("surely");
    this.#running = this.#run();
    return claimed;
  }

  /** To be called when no job runs here any more: another master goes on with them. */
  async leave(): Promise<void> {
    this.#stopping.abort();
    this.#early.abort();
    this.#undo();
    await this.#running;
    await this.#deps.masters
      .leave()
      .catch((error: unknown) =>
        this.#deps.logger.warn(
          { err: error },
          "this master could not sign off: the others notice within seconds",
        ),
      );
  }

  readonly #hear = ({ type, job }: MasterNews): void => {
    const { dispatcher, runner, logger } = this.#deps;
    const unheard = (error: unknown) =>
      logger.error({ err: error, job }, "news of another master had no effect");
    if (type === "ended") dispatcher.cancel(job).catch(unheard);
    else if (type === "moved") runner.drop(job).catch(unheard);
    else if (type === "wished" || type === "left") this.#early.abort();
  };

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(BEAT_MS, undefined, { signal: this.#early.signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      this.#early = new AbortController();
      await this.#look().catch((error: unknown) => {
        this.#since = performance.now();
        this.#deps.logger.debug(
          { err: error },
          "the other masters could not be heard: the next second tries again",
        );
      });
    }
  }

  async #look(): Promise<void> {
    const { masters, runner, state } = this.#deps;
    const now = performance.now();
    if (now - this.#beatAt > GAP_MS) this.#since = now;
    const wishes = await masters.beat(state());
    if (this.#since === now) await this.#dropLost();
    this.#beatAt = performance.now();
    for (const { job, reason } of wishes) void runner.cancel(job, reason).catch(() => undefined);
    await this.#seeOthers();
    const isSure = this.#beatAt - this.#since < SILENT_SECONDS * 1_000;
    await this.#claim(isSure ? "surely" : "silent");
    await this.#startUnknown();
  }

  async #startUnknown(): Promise<void> {
    if (performance.now() - this.#unknownAt < UNKNOWN_MS) return;
    this.#unknownAt = performance.now();
    const { masters, runner, logger } = this.#deps;
    const unknown = await masters.unknown(runner.running);
    const again = unknown.filter(({ id }) => this.#unknown.has(id));
    this.#unknown = new Set(unknown.map(({ id }) => id));
    if (again.length === 0) return;
    logger.warn({ jobs: again.length }, "unfinished jobs of this master did not run: they go on");
    for (const job of again) await this.#goOn(job);
  }

  async #goOn(job: JobRecord): Promise<void> {
    const { runner } = this.#deps;
    await runner.start(job);
    if (job.cancelWish !== undefined) void runner.cancel(job.id, job.cancelWish).catch(() => undefined);
  }

  async #dropLost(): Promise<void> {
    const { masters, runner } = this.#deps;
    for (const job of await masters.lost(runner.running)) await runner.drop(job);
  }

  async #seeOthers(): Promise<void> {
    const before = this.#living;
    this.#living = await this.#deps.masters.living();
    const ids = new Set(this.#living.map(({ id }) => id));
    const gone = before.filter(({ id }) => !ids.has(id));
    for (const { id, url } of gone)
      this.#deps.logger.warn({ master: id, url }, `the master at ${url} is gone`);
    this.#deps.onHeard();
    if (gone.length > 0) await this.#deps.masters.completeLeft();
  }

  async #claim(how: "surely" | "silent"): Promise<number> {
    const { masters, logger } = this.#deps;
    let claimed = 0;
    for (let last = CLAIMED; last === CLAIMED && !this.#stopping.signal.aborted; ) {
      const jobs = await masters.claim(how, CLAIMED);
      last = jobs.length;
      claimed += last;
      for (const job of jobs) await this.#goOn(job);
    }
    if (claimed > 0) logger.info({ jobs: claimed }, "unfinished jobs of a master that is gone go on here");
    return claimed;
  }
}

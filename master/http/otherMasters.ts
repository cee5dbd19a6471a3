import type { MasterView, SlaveView } from "../../shared/contract/about.ts";
import { type ToldMaster, toldMaster } from "../../shared/contract/told.ts";
import { checked } from "../../shared/schema.ts";
import type { Elsewhere } from "../jobs/capacity.ts";
import type { Membership } from "../jobs/membership.ts";
import { toldProgress } from "../jobs/toldJobs.ts";
import type { LiveProgress } from "../map/progress.ts";
import type { LivingMaster } from "../record/masters.ts";
import type { WaitingDeps } from "./waiting.ts";

export interface TellingMastersDeps {
  /** Undefined: this master works alone. */
  readonly membership: Pick<Membership, "living" | "id"> | undefined;
}

/** What these masters told, put together. */
interface Heard extends Elsewhere {
  readonly of: readonly LivingMaster[];
  readonly progress: ReadonlyMap<string, LiveProgress>;
}

/** The masters that share the database, and what the others told of their slaves: up to a few seconds old. */
export class TellingMasters {
  readonly #membership: TellingMastersDeps["membership"];
  /** What was told, by the text that told it. */
  #read = new Map<string, ToldMaster>();

  #sum: Heard = { of: [], slaves: [], waiting: [], progress: new Map() };

  constructor({ membership }: TellingMastersDeps) {
    this.#membership = membership;
  }

  /** Undefined where this master works alone. */
  views(): readonly MasterView[] | undefined {
    return this.#membership?.living.map((master) => {
      const { slaves, jobs, files } = this.#toldBy(master);
      const alive = slaves.filter(({ state }) => state === "alive");
      return {
        id: master.id,
        url: master.url,
        version: master.version,
        started_at: new Date(master.startedAt).toISOString(),
        is_this: master.id === this.#membership?.id,
        slaves: alive.length,
        slots: alive.reduce((sum, { slots }) => sum + slots, 0),
        busy: alive.reduce((sum, { busy }) => sum + busy, 0),
        jobs,
        files_left: files,
      };
    });
  }

  /** These slaves of this master, and those of the others. A slave that went from one to another is shown where it is alive. */
  withOthers(own: readonly SlaveView[]): readonly SlaveView[] {
    if (this.#membership === undefined) return own;
    const byId = new Map<string, SlaveView>();
    for (const master of this.#membership.living) {
      const isThis = master.id === this.#membership.id;
      for (const slave of isThis ? own : this.#toldBy(master).slaves)
        if (byId.get(slave.id)?.state !== "alive") byId.set(slave.id, { ...slave, master: master.url });
    }
    return [...byId.values()];
  }

  /** The slaves of other masters that are alive, and the files that wait there. */
  elsewhere(): Elsewhere {
    return this.#heard();
  }

  /** What another master told of a job that it runs. */
  progress(job: string): LiveProgress | undefined {
    return this.#heard().progress.get(job);
  }

  /** The jobs that other masters run, as far as they told. */
  jobsAtWork(): readonly string[] {
    return [...this.#heard().progress.keys()];
  }

  /** Whether a slave is there: this master's jobs go to those of the others, too. */
  reached(registry: WaitingDeps["registry"]): WaitingDeps["registry"] {
    const elsewhere = () => this.elsewhere().slaves.length > 0;
    return {
      all: () => registry.all(),
      isAnyAlive: () => registry.isAnyAlive() || elsewhere(),
      isAnyExpected: () => registry.isAnyExpected() || elsewhere(),
    };
  }

  #heard(): Heard {
    const living = this.#membership?.living ?? [];
    if (this.#sum.of !== living) {
      const slaves = this.withOthers([]).filter(({ state }) => state === "alive");
      const others = living.filter(({ id }) => id !== this.#membership?.id).map((one) => this.#toldBy(one));
      const waiting = others.flatMap((told) => told.waiting);
      const atWork = others.flatMap((told) => told.at_work);
      const progress = new Map(atWork.map((job) => [job.id, toldProgress(job)]));
      this.#sum = { of: living, slaves, waiting, progress };
    }
    return this.#sum;
  }

  #toldBy({ state }: LivingMaster): ToldMaster {
    const known = this.#read.get(state);
    if (known !== undefined) return known;
    const parsed = checked(toldMaster, JSON.parse(state));
    // A master of another version may tell something else.
    const told = parsed.success ? parsed.data : NOTHING;
    const texts = new Set(this.#membership?.living.map((master) => master.state));
    this.#read = new Map([...this.#read].filter(([text]) => texts.has(text))).set(state, told);
    return told;
  }
}

const NOTHING: ToldMaster = { slaves: [], jobs: 0, files: 0, waiting: [], at_work: [] };

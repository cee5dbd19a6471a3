import { type MasterView, type SlaveView, type ToldMaster, toldMaster } from "../../shared/contract/about.ts";
import { checked } from "../../shared/schema.ts";
import type { Elsewhere } from "../jobs/capacity.ts";
import type { Membership } from "../jobs/membership.ts";
import type { LivingMaster } from "../record/masters.ts";
import type { WaitingDeps } from "./waiting.ts";

export interface TellingMastersDeps {
  /** Undefined: this master works alone. */
  readonly membership: Pick<Membership, "living" | "id"> | undefined;
}

/** The masters that share the database, and what the others told of their slaves: up to a few seconds old. */
export class TellingMasters {
  readonly #membership: TellingMastersDeps["membership"];
  /** What was told, by the text that told it. */
  #read = new Map<string, ToldMaster>();

  #elsewhere: Elsewhere & { readonly of: readonly LivingMaster[] } = { of: [], slaves: [], waiting: [] };

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
    const living = this.#membership?.living ?? [];
    if (this.#elsewhere.of !== living) {
      const slaves = this.withOthers([]).filter(({ state }) => state === "alive");
      const others = living.filter(({ id }) => id !== this.#membership?.id);
      this.#elsewhere = { of: living, slaves, waiting: others.flatMap((one) => this.#toldBy(one).waiting) };
    }
    return this.#elsewhere;
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

const NOTHING: ToldMaster = { slaves: [], jobs: 0, files: 0, waiting: [] };

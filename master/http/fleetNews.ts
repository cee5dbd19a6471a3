import type { Change, ChangeHub } from "../hub.ts";

/** Something that changed, as a stream tells it: the newest state is read when it is told. */
export type NewsItem =
  | { readonly kind: "job"; readonly id: string }
  | { readonly kind: "slave"; readonly id: string }
  | { readonly kind: "capacity" }
  | {
      readonly kind: "removed";
      readonly what: "job" | "slave";
      readonly id: string;
      readonly client?: string;
    };

export interface NewsEntry {
  readonly seq: number;
  readonly item: NewsItem;
  /** Number of the last change of the job's state. */
  readonly stateSeq: number;
}

export interface NewsPage {
  readonly entries: readonly NewsEntry[];
  /** Number up to which all is read. */
  readonly seq: number;
}

/** What may change without an event: compared every second, while there is a reader. */
export interface FleetState {
  /** Views of the slaves as JSON, by their ids. */
  readonly slaves: ReadonlyMap<string, string>;
  readonly capacity: string;
}

export interface FleetNewsDeps {
  readonly hub: Pick<ChangeHub, "watch">;
  readonly state: () => FleetState;
}

/** Changes that are kept for readers that are behind. A reader that is further behind begins anew. */
const MOST_ENTRIES = 10_000;
const REFRESH_MS = 1_000;

/**
 * The changes of jobs, slaves and capacity, numbered, for all readers together: of each thing only the last change is
 * kept, so that a reader costs nothing but the number up to which it has read.
 */
export class FleetNews {
  readonly #deps: FleetNewsDeps;
  readonly #latest = new Map<string, NewsEntry>();
  #log: (NewsEntry & { readonly key: string })[] = [];
  #seq = 0;
  #forgotten = 0;
  #readers = 0;
  #stop: () => void = () => undefined;
  #state: FleetState = { slaves: new Map(), capacity: "" };
  #wake = new Set<() => void>();

  constructor(deps: FleetNewsDeps) {
    this.#deps = deps;
  }

  get seq(): number {
    return this.#seq;
  }

  /** The slaves and the capacity as they were told last. */
  get state(): FleetState {
    return this.#state;
  }

  /** Changes are noted while there is a reader. Returns a function that ends the reading. */
  join(): () => void {
    if (this.#readers === 0) this.#start();
    this.#readers += 1;
    let isIn = true;
    return () => {
      if (isIn) this.#readers -= 1;
      if (isIn && this.#readers === 0) this.#end();
      isIn = false;
    };
  }

  /** Whether changes after this number are gone. */
  isPast(seq: number): boolean {
    return seq < this.#forgotten;
  }

  /** Some of the changes after `from` up to `until`, the oldest first. */
  page({
    from,
    until,
    limit,
  }: {
    readonly from: number;
    readonly until: number;
    readonly limit: number;
  }): NewsPage {
    const entries: NewsEntry[] = [];
    for (let at = this.#indexAfter(from); at < this.#log.length; at += 1) {
      const entry = this.#log[at];
      if (entry === undefined || entry.seq > until) break;
      if (this.#latest.get(entry.key) !== entry) continue;
      entries.push(entry);
      if (entries.length === limit) return { entries, seq: entry.seq };
    }
    return { entries, seq: until };
  }

  /** Resolves when there is a change after this number, or the signal is aborted. */
  async changed(seq: number, signal: AbortSignal): Promise<void> {
    if (this.#seq > seq || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#wake.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#wake.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  #start(): void {
    this.#state = this.#deps.state();
    const undo = this.#deps.hub.watch("all", this.#changed);
    const timer = setInterval(() => this.#refresh(), REFRESH_MS).unref();
    this.#stop = () => {
      undo();
      clearInterval(timer);
    };
  }

  #end(): void {
    this.#stop();
    this.#latest.clear();
    this.#log = [];
    this.#forgotten = this.#seq;
  }

  readonly #changed = (change: Change): void => {
    if (change.type === "progress") this.#note(`job ${change.job}`, { kind: "job", id: change.job });
    else if (change.type === "removed") {
      const { id, client } = change.job;
      const owner = client === undefined ? {} : { client };
      this.#note(`job ${id}`, { kind: "removed", what: "job", id, ...owner });
    } else if (change.type === "job") {
      const { id, state } = change.job;
      const isNews = change.events.length === 0 || change.events.some(({ type }) => STATE_EVENTS.has(type));
      this.#note(`job ${id}`, { kind: "job", id }, isNews ? state : undefined);
    }
  };

  #refresh(): void {
    const { slaves, capacity } = this.#deps.state();
    const before = this.#state;
    this.#state = { slaves, capacity };
    for (const [id, view] of slaves)
      if (before.slaves.get(id) !== view) this.#note(`slave ${id}`, { kind: "slave", id });
    for (const id of before.slaves.keys())
      if (!slaves.has(id)) this.#note(`slave ${id}`, { kind: "removed", what: "slave", id });
    if (before.capacity !== capacity) this.#note("capacity", { kind: "capacity" });
  }

  #note(key: string, item: NewsItem, state?: string): void {
    this.#seq += 1;
    const stateSeq = state === undefined ? (this.#latest.get(key)?.stateSeq ?? 0) : this.#seq;
    const entry = { seq: this.#seq, item, stateSeq, key };
    this.#latest.set(key, entry);
    if (this.#log.at(-1)?.key === key) this.#log.pop();
    this.#log.push(entry);
    if (this.#log.length > 2 * MOST_ENTRIES) this.#shorten();
    for (const wake of this.#wake) wake();
  }

  /** Leaves out changes that later ones replace, and the oldest of those that are too many. */
  #shorten(): void {
    const kept = this.#log.filter((entry) => this.#latest.get(entry.key) === entry);
    const dropped = kept.splice(0, Math.max(0, kept.length - MOST_ENTRIES));
    for (const { key } of dropped) this.#latest.delete(key);
    this.#forgotten = dropped.at(-1)?.seq ?? this.#forgotten;
    this.#log = kept;
  }

  /** Index of the first entry whose number is greater. */
  #indexAfter(seq: number): number {
    let [low, high] = [0, this.#log.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const STATE_EVENTS: ReadonlySet<string> = new Set(["started", "ended", "cancelled", "failed"]);

import { GONE_MS, type UnitNews } from "../bundles.ts";
import type { BullNews } from "./news.ts";

/** Time in which news are gathered for one message; less when a lane is ready, as slots may be idle. */
const GATHER_MS = 100;
const READY_MS = 10;
/** Longest time between two words of a master. */
const BEAT_MS = 3_000;
/** Most ids of one message. What is told beyond that while the engine is away is dropped: it is old when it is back. */
const MOST_IDS = 2_000;

interface Message {
  readonly from: string;
  /** The master has just begun: the others tell it that they are there. */
  readonly isNew: boolean;
  readonly running: readonly string[];
  readonly waiting: readonly string[];
  readonly lanes: readonly string[];
}

/** Gathers what this master tells the others, and hands out what they told. */
export class NewsDesk {
  readonly #from: string;
  readonly #onReady: (lane: string) => void;
  readonly #listeners = new Set<(news: UnitNews) => void>();
  #channel: BullNews | undefined;
  /** Of each unit only what happened last. */
  #units = new Map<string, "running" | "waiting">();
  #lanes = new Set<string>();
  /** When each other master was last heard of, in `performance.now()`. */
  readonly #others = new Map<string, number>();
  readonly #beat = setInterval(() => this.#within(READY_MS), BEAT_MS).unref();
  #isNew = true;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;

  /** @param from name of this master: its own messages are not heard */
  constructor(from: string, onReady: (lane: string) => void) {
    this.#from = from;
    this.#onReady = onReady;
  }

  open(channel: BullNews): void {
    this.#channel = channel;
    this.#within(READY_MS);
  }

  get alone(): boolean {
    const since = performance.now() - GONE_MS;
    for (const [name, at] of this.#others) if (at < since) this.#others.delete(name);
    return this.#others.size === 0;
  }

  tell({ running, waiting }: UnitNews): void {
    for (const id of waiting) this.#units.set(id, "waiting");
    for (const id of running) this.#units.set(id, "running");
    this.#within(GATHER_MS);
  }

  ready(lane: string): void {
    this.#lanes.add(lane);
    this.#within(READY_MS);
  }

  onNews(listener: (news: UnitNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  heard(text: string): void {
    const { from, isNew, running, waiting, lanes } = JSON.parse(text) as Message;
    if (from === this.#from) return;
    this.#others.set(from, performance.now());
    if (isNew) this.#within(READY_MS);
    if (running.length + waiting.length > 0)
      for (const listener of this.#listeners) listener({ running, waiting });
    for (const lane of lanes) this.#onReady(lane);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    this.#listeners.clear();
    await this.#channel?.close();
  }

  #within(ms: number): void {
    const due = performance.now() + ms;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.#send(), ms).unref();
  }

  async #send(): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY;
    const units = [...this.#units].slice(-MOST_IDS);
    const [running = [], waiting = []] = ["running", "waiting"].map((state) =>
      units.flatMap(([id, now]) => (now === state ? [id] : [])),
    );
    const lanes = [...this.#lanes];
    this.#units = new Map();
    this.#lanes = new Set();
    const message: Message = { from: this.#from, isNew: this.#isNew, running, waiting, lanes };
    this.#isNew = false;
    // What is lost is found by the looks that each master takes at the lanes.
    await this.#channel?.publish(JSON.stringify(message)).catch(() => undefined);
  }
}

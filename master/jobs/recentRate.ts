/** Seconds over which a rate is measured. */
const WINDOW = 30;

/** How many things happened a second, over the last 30 seconds. A few numbers, however many there are. */
export class RecentRate {
  /** Milliseconds since 1970. */
  readonly begin: number;
  #total = 0;
  readonly #counts = new Array<number>(WINDOW).fill(0);
  readonly #seconds = new Array<number>(WINDOW).fill(-1);

  constructor(now = Date.now()) {
    this.begin = now;
  }

  /** Since the beginning. */
  get total(): number {
    return this.#total;
  }

  add(now = Date.now()): void {
    this.#total += 1;
    const second = Math.floor(now / 1_000);
    const at = second % WINDOW;
    if (this.#seconds[at] !== second) this.#counts[at] = 0;
    this.#seconds[at] = second;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Since the beginning where that is later; at least a second is counted. */
  perSecond(now = Date.now()): number {
    const oldest = Math.floor(now / 1_000) - WINDOW;
    const sum = this.#counts.reduce(
      (total, count, at) => ((this.#seconds[at] ?? -1) > oldest ? total + count : total),
      0,
    );
    return sum / Math.min(WINDOW, Math.max(1, (now - this.begin) / 1_000));
  }
}

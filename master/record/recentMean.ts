/** Seconds over which a mean is taken. */
const WINDOW = 10;

/** The mean of numbers of the last seconds. A few sums, however many numbers there are. */
export class RecentMean {
  readonly #seconds = new Array<number>(WINDOW).fill(-WINDOW);
  readonly #sums = new Array<number>(WINDOW).fill(0);
  readonly #counts = new Array<number>(WINDOW).fill(0);

  /** @param now seconds of a clock that never goes back */
  add(value: number, now: number): void {
    const second = Math.floor(now);
    const at = second % WINDOW;
    const isNew = this.#seconds[at] !== second;
    this.#seconds[at] = second;
    this.#sums[at] = (isNew ? 0 : (this.#sums[at] ?? 0)) + value;
    this.#counts[at] = (isNew ? 0 : (this.#counts[at] ?? 0)) + 1;
  }

  /** 0 when there was none. */
  of(now: number): number {
    const oldest = Math.floor(now) - WINDOW;
    let [sum, count] = [0, 0];
    for (let at = 0; at < WINDOW; at += 1) {
      if ((this.#seconds[at] ?? 0) <= oldest) continue;
      sum += this.#sums[at] ?? 0;
      count += this.#counts[at] ?? 0;
    }
    return count === 0 ? 0 : sum / count;
  }
}

/** `short`: all of the caller's work. `long`: a piece of it; more follow. */
export type TurnLane = "short" | "long";

/**
 * Shares the event loop among callers with work that holds it: in each turn of the loop runs one piece of each lane, in
 * the order of the calls. So the number of callers does not delay other work, and short work does not wait for long.
 */
export class Turns {
  readonly #waiting: Readonly<Record<TurnLane, (() => void)[]>> = { short: [], long: [] };
  /** This turn of the loop has had its piece. */
  #isTaken = false;

  /** Resolves when the caller may run one piece. */
  async next(lane: TurnLane): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting[lane].push(resolve));
    else this.#take();
  }

  #take(): void {
    this.#isTaken = true;
    setImmediate(this.#giveNext);
  }

  readonly #giveNext = (): void => {
    this.#isTaken = false;
    const { short, long } = this.#waiting;
    for (const give of [short.shift(), long.shift()]) {
      if (give === undefined) continue;
      if (!this.#isTaken) this.#take();
      give();
    }
  };
}

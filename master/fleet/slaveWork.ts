/** The work that a slave has, and what became of it. The dispatcher keeps it through these methods. */
export class SlaveWork {
  #units = 0;
  #seconds = 0;
  #newestLease = 0;
  #done = 0;
  #failed = 0;

  /** Units given and not answered. */
  get units(): number {
    return this.#units;
  }

  /** Seconds of slot time that those units will probably take. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Number of the newest lease among those of all slaves; 0 before the first. */
  get newestLease(): number {
    return this.#newestLease;
  }

  /** Slots that have a unit. A slave may be given units ahead of its free slots. */
  busyOf(slots: number): number {
    return Math.min(this.#units, slots);
  }

  /** Units that the slave answered, with a result or with the fault of their file. */
  get done(): number {
    return this.#done;
  }

  /** Units that the slave could not finish, through no fault of the file. */
  get failed(): number {
    return this.#failed;
  }

  leased(number: number): void {
    this.#newestLease = number;
  }

  given(units: number, secondsEach: number): void {
    this.#units += units;
    this.#seconds += units * secondsEach;
  }

  /** A unit was answered or taken back. */
  settled(seconds: number): void {
    this.#units -= 1;
    this.#seconds = this.#units === 0 ? 0 : this.#seconds - seconds;
  }

  answered(): void {
    this.#done += 1;
  }

  gaveUp(): void {
    this.#failed += 1;
  }
}

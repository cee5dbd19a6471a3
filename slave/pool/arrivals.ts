/** How long answers wait while the child has more to do, so that several are read together. */
const GATHER_MS = 4;

/** When messages of a child are read: at once, or several short answers together. */
export class Arrivals {
  /** Milliseconds that the child's last unit took. */
  unitMs = 0;
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** Something came from a child with so many units to do after the one that runs. */
  arrived(waiting: number): void {
    // Of longer units no other answer would come by then; and a child must not run out of units meanwhile.
    const gathers = this.unitMs < GATHER_MS && waiting * this.unitMs >= GATHER_MS;
    if (gathers) this.#timer ??= setTimeout(this.#onDue, GATHER_MS);
    else this.#onDue();
  }

  /** All messages are read now. */
  read(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Callers that wait to be woken, in the order of their calls; a caller whose signal is aborted leaves the list. */
export class WaitList {
  readonly #wakers = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#wakers.size === 0;
  }

  /** Resolves when the caller is woken. @throws the reason of the signal */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal === undefined) {
        this.#wakers.add(resolve);
        return;
      }
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        this.#wakers.delete(wake);
        reject(signal.reason);
      };
      const wake = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#wakers.add(wake);
    });
  }

  /** False when there was no caller to wake. */
  wakeFirst(): boolean {
    for (const wake of this.#wakers) {
      this.#wakers.delete(wake);
      wake();
      return true;
    }
    return false;
  }

  wakeAll(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }
}

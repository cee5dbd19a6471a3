import type { WarmChild } from "./warmChild.ts";

/** The children of a slot: the current one, its successor, and those that are being ended. */
export class Succession {
  readonly #make: () => WarmChild;
  readonly #leaving = new Set<WarmChild>();
  #current: WarmChild | undefined;
  /** Starts while the current child still works, and replaces it between two units. Undefined without a current child. */
  #successor: WarmChild | undefined;

  constructor(make: () => WarmChild) {
    this.#make = make;
  }

  get current(): WarmChild | undefined {
    return this.#current;
  }

  get hasReadySuccessor(): boolean {
    return this.#successor?.isIdle === true;
  }

  get residentBytes(): number {
    return (this.#current?.memory.bytes ?? 0) + (this.#successor?.memory.bytes ?? 0);
  }

  start(): void {
    this.#current ??= this.#make();
  }

  /** Starts a successor, unless there is one. */
  prepare(): void {
    this.#successor ??= this.#make();
  }

  /** Ends the current child. Its successor is the current one from now on, or a child that starts now. */
  replace(): void {
    this.#dismiss(this.#current);
    this.#current = this.#successor;
    this.#successor = undefined;
    this.start();
  }

  /** Removes a child that has ended; true when it was the current one. Its successor is then current. */
  remove(child: WarmChild): boolean {
    if (child === this.#successor) this.#successor = undefined;
    if (child !== this.#current) return false;
    this.#current = this.#successor;
    this.#successor = undefined;
    return true;
  }

  /** Ends all children; resolves when they are gone. */
  async close(): Promise<void> {
    this.#dismiss(this.#current);
    this.#dismiss(this.#successor);
    await Promise.all([...this.#leaving].map(({ gone }) => gone));
  }

  #dismiss(child: WarmChild | undefined): void {
    if (child === undefined) return;
    this.#leaving.add(child);
    void child.gone.then(() => this.#leaving.delete(child));
    child.dismiss();
  }
}

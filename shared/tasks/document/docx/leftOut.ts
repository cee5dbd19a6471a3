/** Most kinds of content that are named. */
const MOST_KINDS = 100;

/** Counts content that is not read, by kind. */
export class LeftOut {
  readonly #counts = new Map<string, number>();

  add(kind: string): void {
    const name = kind.trim().slice(0, 100);
    const known = this.#counts.get(name);
    if (known !== undefined || this.#counts.size < MOST_KINDS) this.#counts.set(name, (known ?? 0) + 1);
  }

  counts(): { readonly kind: string; readonly count: number }[] {
    return [...this.#counts].map(([kind, count]) => ({ kind, count }));
  }
}

/** Most words that are kept, and the length of the longest of them: most words of a text were in a text before. */
const MOST = { words: 100_000, length: 40 } as const;
/** Length from which V8 keeps a piece of a text as a reference to the whole. */
const REFERRING = 13;

/** Keeps what was found out about words from one text to the next, in bounded memory. */
export class KeptWords<Value> {
  readonly #values = new Map<string, Value>();

  get(word: string): Value | undefined {
    return this.#values.get(word);
  }

  set(word: string, value: Value): void {
    if (word.length > MOST.length) return;
    if (this.#values.size >= MOST.words) this.#values.clear();
    this.#values.set(detached(word), value);
  }
}

/** The same string, which does not keep in memory the text that it was cut from. */
export function detached(piece: string): string {
  // A joined string becomes one of its own before it is cut.
  return piece.length < REFERRING ? piece : ` ${piece}`.slice(1);
}

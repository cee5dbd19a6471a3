/** Longest replacement; a longer one is no text for some glyphs. */
const LONGEST = 100_000;
const HYPHEN = /^[-\u2010\u2011\u00ad]$/;

/**
 * Texts that marked content stands for (`ActualText`). The first glyph inside gets the whole text and the others none;
 * of nested texts the outermost counts.
 */
export class Replacements {
  #level = 0;
  /** Level of the marked content whose text is used; 0 outside. */
  #since = 0;
  #text: string | undefined;
  #isUsed = false;

  begin(text: string | undefined): undefined {
    this.#level += 1;
    if (this.#since !== 0 || text === undefined || text.length > LONGEST) return;
    this.#since = this.#level;
    this.#text = text;
    this.#isUsed = false;
  }

  end(): undefined {
    if (this.#level === this.#since) {
      this.#since = 0;
      this.#text = undefined;
    }
    this.#level = Math.max(0, this.#level - 1);
  }

  /** Text for a glyph. A hyphen that stands for nothing parts a word at the end of a line. */
  of(own: string): string {
    if (this.#text === undefined) return own;
    if (this.#text === "" && HYPHEN.test(own)) return "\u00ad";
    const text = this.#isUsed ? "" : this.#text;
    this.#isUsed = true;
    return text;
  }
}

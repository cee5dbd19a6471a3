import type { Afinn, AfinnWord } from "./afinn.ts";
import { isTopical } from "./keywords.ts";
import { spelled } from "./words.ts";

/** Most distinct words; a text of a hundred million words in one language has fewer. */
const MAX_WORDS = 1_000_000;

/** A distinct word of a text with all that its occurrences need. */
export interface Word extends AfinnWord {
  /** In lower case, with plain apostrophes. */
  readonly text: string;
  /** Number of letters and digits, without apostrophes. */
  readonly letters: number;
  /** Whether keywords may contain the word. */
  readonly topical: boolean;
  times: number;
}

export interface WordTools {
  readonly afinn: Afinn;
  /** Words that keywords do not contain. */
  readonly commonWords: ReadonlySet<string>;
}

/** The distinct words of a block of text: what depends on a word alone is found out once, not at each occurrence. */
export class DistinctWords {
  readonly #tools: WordTools;
  readonly #words = new Map<string, Word>();
  /** Words by how they are written; those that dictionaries cut into several are not kept. */
  readonly #written = new Map<string, Word>();

  constructor(tools: WordTools) {
    this.#tools = tools;
  }

  /** The word that is written so, if it was read before. */
  known(written: string): Word | undefined {
    return this.#written.get(written);
  }

  /** The words that something written stands for: several in scripts without spaces. */
  read(written: string): readonly Word[] {
    const words = spelled(written).map((text) => this.word(text));
    const [only] = words;
    if (only !== undefined && words.length === 1 && this.#written.size < MAX_WORDS)
      this.#written.set(written, only);
    return words;
  }

  /** The word of a text in lower case. Beyond the limit new words are not counted. */
  word(text: string): Word {
    const word = this.lookUp(text);
    if (word.times === 0 && this.#words.size < MAX_WORDS) this.#words.set(text, word);
    return word;
  }

  /** The word of a text in lower case, which is not kept. */
  lookUp(text: string): Word {
    return this.#words.get(text) ?? this.#wordOf(text);
  }

  /** Number of occurrences of each word, in order of first appearance. */
  counts(): Map<string, number> {
    return new Map(Array.from(this.#words.values(), ({ text, times }) => [text, times]));
  }

  #wordOf(text: string): Word {
    const { afinn, commonWords } = this.#tools;
    const letters = text.includes("'") ? text.replaceAll("'", "").length : text.length;
    return { text, letters, topical: isTopical(text, commonWords), ...afinn(text), times: 0 };
  }
}

/** Adds a word to counts that have a limit. */
export function addWord(counts: Map<string, number>, word: string, times: number): void {
  const known = counts.get(word);
  if (known !== undefined || counts.size < MAX_WORDS) counts.set(word, (known ?? 0) + times);
}

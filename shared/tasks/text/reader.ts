import { AfinnCounter, type AfinnSums } from "./afinn.ts";
import type { DistinctWords, Word } from "./distinctWords.ts";
import { PhraseCollector, type Phrases } from "./keywords.ts";
import { isPlain, scan, type WordListener } from "./scan.ts";
import { clausesOf, wordsOf } from "./words.ts";

/** Below U+0300 every letter is composed. */
const MAYBE_NOT_COMPOSED = /[\u0300-\uffff]/;

/** The counts that a reader adds to. */
interface ReadCounts {
  words: number;
  letters: number;
  readonly afinn: AfinnSums;
  readonly phrases: Phrases;
}

/** Counts the words of sentences, and collects their keywords. */
export class SentenceReader implements WordListener {
  readonly #counts: ReadCounts;
  readonly #distinct: DistinctWords;
  readonly #afinn: AfinnCounter;
  readonly #phrases: PhraseCollector;

  constructor(counts: ReadCounts, distinct: DistinctWords) {
    this.#counts = counts;
    this.#distinct = distinct;
    this.#afinn = new AfinnCounter(counts.afinn);
    this.#phrases = new PhraseCollector(counts.phrases);
  }

  read(sentence: string): void {
    const text = MAYBE_NOT_COMPOSED.test(sentence) ? sentence.normalize("NFC") : sentence;
    if (isPlain(text)) scan(text, this);
    else this.#readInParts(sentence);
    this.endClause();
    this.#afinn.endSentence();
  }

  word(written: string): void {
    const known = this.#distinct.known(written);
    if (known === undefined) for (const word of this.#distinct.read(written)) this.#add(word);
    else this.#add(known);
  }

  endClause(): void {
    this.#phrases.endClause();
  }

  #add(word: Word): void {
    this.#count(word);
    this.#phrases.add(word);
  }

  #count(word: Word): void {
    word.times += 1;
    this.#counts.words += 1;
    this.#counts.letters += word.letters;
    this.#afinn.add(word);
  }

  /** Reads the words of the sentence, then the clauses without tags and addresses. */
  #readInParts(sentence: string): void {
    for (const word of wordsOf(sentence)) this.#count(this.#distinct.word(word));
    for (const clause of clausesOf(sentence)) {
      for (const word of clause) this.#phrases.add(this.#distinct.lookUp(word));
      this.endClause();
    }
  }
}

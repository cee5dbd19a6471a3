import { FileError } from "../../errors.ts";
import { headLine, rowsOf, termLine } from "./frequencies.ts";
import type { EmbeddingOptions } from "./options.ts";
import { byCodePoint } from "./order.ts";
import { ENGLISH_STOP_WORDS } from "./stopWords.ts";

/** Terms of one document, in order of code points, with their counts. */
export interface TermCounts {
  readonly terms: readonly string[];
  readonly counts: readonly number[];
}

/** scikit-learn's `(?u)\b\w\w+\b`: Python's \w has letters, all numbers and the underscore, but no marks. */
const TOKEN = /[\p{L}\p{N}_]{2,}/gu;
/** Most distinct terms of one document; a slave's child holds them. */
const MAX_TERMS = 1_000_000;

/** @throws FileError `too_large` where the document has more than a million distinct terms. */
export function countTerms(text: string, options: EmbeddingOptions): TermCounts {
  const counted = new Map<string, number>();
  for (const term of termsOf(text, options)) {
    counted.set(term, (counted.get(term) ?? 0) + 1);
    if (counted.size > MAX_TERMS) {
      throw new FileError(
        "too_large",
        `The text has more than ${MAX_TERMS} distinct terms; use a shorter ngram_range.`,
      );
    }
  }
  const terms = [...counted.keys()].sort(byCodePoint);
  return { terms, counts: terms.map((term) => counted.get(term) ?? 0) };
}

/** The part of step `count`: frequencies of one document. */
export function packCounts({ terms, counts }: TermCounts): Buffer {
  const lines = terms.map((term, i) => termLine({ term, df: 1, total: counts[i] ?? 0 }));
  return Buffer.from(headLine(1) + lines.join(""), "utf8");
}

export function unpackCounts(bytes: Buffer): TermCounts {
  const rows = rowsOf(bytes.toString("utf8", bytes.indexOf("\n") + 1));
  return { terms: rows.map(({ term }) => term), counts: rows.map(({ total }) => total) };
}

function* termsOf(text: string, options: EmbeddingOptions): Generator<string> {
  const stopWords = stopWordsOf(options);
  const [from, to] = options.ngram_range;
  const recent: string[] = [];
  for (const [token] of (options.lowercase ? text.toLowerCase() : text).matchAll(TOKEN)) {
    if (stopWords.has(token)) continue;
    recent.push(token);
    if (recent.length > to) recent.shift();
    for (let size = from; size <= Math.min(to, recent.length); size += 1) {
      yield size === 1 ? token : recent.slice(-size).join(" ");
    }
  }
}

function stopWordsOf({ stop_words }: EmbeddingOptions): ReadonlySet<string> {
  return stop_words === "english" ? ENGLISH_STOP_WORDS : new Set(stop_words ?? []);
}

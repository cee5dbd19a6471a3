import { FileError } from "../../errors.ts";
import type { Frequencies, TermRow } from "./frequencies.ts";
import type { EmbeddingOptions } from "./options.ts";

/** The vocabulary of a job; its terms are the columns of the job's vectors, in order of code points. */
export interface Vocabulary {
  /** Number of counted documents. */
  readonly documents: number;
  readonly terms: readonly string[];
  /** Number of documents with each term. */
  readonly df: readonly number[];
  /** Inverse document frequency, natural logarithm; 1 for all with `use_idf: false`. */
  readonly idf: readonly number[];
}

/** Most terms of a vocabulary; a slave's child holds it whole, in 300 MB. The option max_features has the same limit. */
const MAX_COLUMNS = 1_000_000;
/** Rows beyond the limit that are collected before the list is cut; each cut sorts the whole list. */
const SPARE_ROWS = 100_000;

/**
 * Selects the columns: terms within `min_df`..`max_df`, of these the `max_features` with the largest total
 * counts. For equal counts scikit-learn's choice is arbitrary; here the first by code points are chosen.
 * idf = ln((1 + n) / (1 + df)) + 1, without `smooth_idf` ln(n / df) + 1, as in scikit-learn.
 * @throws FileError `no_terms` if there are terms and none is within the limits, `too_large` if more than a million
 * are.
 */
export async function selectTerms(
  { documents, blocks }: Frequencies,
  options: EmbeddingOptions,
): Promise<Vocabulary> {
  const least = options.min_df < 1 ? options.min_df * documents : options.min_df;
  const most = options.max_df <= 1 ? options.max_df * documents : options.max_df;
  const limit = options.max_features ?? MAX_COLUMNS;
  let columns: TermRow[] = [];
  let terms = 0;
  let within = 0;
  for await (const block of blocks) {
    const rows = block.filter(({ df }) => df >= least && df <= most);
    terms += block.length;
    within += rows.length;
    for (const row of rows) columns.push(row);
    if (columns.length > limit + SPARE_ROWS) columns = mostFrequent(columns, limit);
  }
  if (within === 0 && terms > 0) throw nothingLeft(least, most);
  if (options.max_features === null && within > MAX_COLUMNS) throw tooWide(within);
  columns = mostFrequent(columns, limit);
  return {
    documents,
    terms: columns.map(({ term }) => term),
    df: columns.map(({ df }) => df),
    idf: columns.map(({ df }) => idfOf(df, documents, options)),
  };
}

/** The `limit` rows with the largest totals, of equal ones the first, in their original order. */
function mostFrequent(rows: TermRow[], limit: number): TermRow[] {
  if (rows.length <= limit) return rows;
  const totals = Float64Array.from(rows, ({ total }) => total).sort();
  const last = totals[totals.length - limit] ?? 0;
  let tied = limit - rows.reduce((above, { total }) => above + (total > last ? 1 : 0), 0);
  return rows.filter(({ total }) => {
    if (total !== last) return total > last;
    tied -= 1;
    return tied >= 0;
  });
}

function nothingLeft(least: number, most: number): FileError {
  const why = `No term is in at least ${least} and at most ${most} documents.`;
  return new FileError("no_terms", `${why} Use a lower min_df or a higher max_df.`);
}

function tooWide(terms: number): FileError {
  const hint = "Use max_features, a higher min_df or a shorter ngram_range.";
  return new FileError(
    "too_large",
    `The vocabulary has ${terms} terms, more than the limit of ${MAX_COLUMNS}. ${hint}`,
  );
}

function idfOf(df: number, documents: number, { use_idf, smooth_idf }: EmbeddingOptions): number {
  if (!use_idf) return 1;
  const more = smooth_idf ? 1 : 0;
  return Math.log((documents + more) / (df + more)) + 1;
}

import { AppError } from "../../errors.ts";
import type { EmbeddingOptions } from "./options.ts";
import { byCodePoint } from "./order.ts";
import type { TermCounts } from "./terms.ts";

/** What the vocabulary file of a job says; columns of its vectors in order of code points. */
export interface Vocabulary {
  /** Documents that were counted. */
  readonly documents: number;
  readonly terms: readonly string[];
  /** Documents that have the term. */
  readonly df: readonly number[];
  /** Inverse document frequency, natural logarithm; 1 for all with `use_idf: false`. */
  readonly idf: readonly number[];
}

/** Distinct terms over the job; each costs the master about 250 bytes. */
const MAX_TERMS = 5_000_000;

/** Terms of a vocabulary; a slave's child holds it whole, in 300 MB. The option max_features ends here, too. */
const MAX_COLUMNS = 1_000_000;

/** Document frequencies and total counts of all terms of a job: two whole numbers a term. */
export interface Frequencies {
  documents: number;
  readonly place: Map<string, number>;
  readonly df: number[];
  readonly total: number[];
}

export function emptyFrequencies(): Frequencies {
  return { documents: 0, place: new Map(), df: [], total: [] };
}

/** Adds one document. @throws AppError `too_large` beyond five million distinct terms. */
export function addDocument(sums: Frequencies, { terms, counts }: TermCounts): void {
  sums.documents += 1;
  terms.forEach((term, at) => {
    const place = sums.place.get(term) ?? newPlace(sums, term);
    sums.df[place] = (sums.df[place] ?? 0) + 1;
    sums.total[place] = (sums.total[place] ?? 0) + (counts[at] ?? 0);
  });
}

function newPlace(sums: Frequencies, term: string): number {
  const place = sums.place.size;
  if (place >= MAX_TERMS) {
    const hint = "Send fewer files at a time or use a shorter ngram_range.";
    throw new AppError("too_large", `The files have more than ${MAX_TERMS} distinct terms. ${hint}`, {
      status: 422,
    });
  }
  sums.place.set(term, place);
  return place;
}

/**
 * The columns: terms within `min_df`..`max_df`, of these the `max_features` with the largest total
 * counts. Where counts tie scikit-learn's choice is arbitrary; here the first by code points are taken.
 * idf = ln((1 + n) / (1 + df)) + 1, without `smooth_idf` ln(n / df) + 1, as in scikit-learn.
 * @throws AppError `no_terms` where the limits leave nothing of terms that there were, `too_large` where they
 * leave more than a million.
 */
export function selectTerms(sums: Frequencies, options: EmbeddingOptions): Vocabulary {
  const least = options.min_df < 1 ? options.min_df * sums.documents : options.min_df;
  const most = options.max_df <= 1 ? options.max_df * sums.documents : options.max_df;
  const within = sums.df.map((df) => df >= least && df <= most);
  const count = within.reduce((sum, one) => sum + (one ? 1 : 0), 0);
  if (count === 0 && sums.place.size > 0) throw nothingLeft(least, most);
  const limit = Math.min(count, options.max_features ?? count);
  if (limit > MAX_COLUMNS) throw tooWide(limit);
  const columns = mostFrequent(sums, within, limit).sort(([a], [b]) => byCodePoint(a, b));
  const df = columns.map(([, place]) => sums.df[place] ?? 0);
  return {
    documents: sums.documents,
    terms: columns.map(([term]) => term),
    df,
    idf: df.map(idfBy(sums.documents, options)),
  };
}

type Column = readonly [term: string, place: number];

/** The `limit` terms of those `within` the limits that occur most. Only terms that may be chosen are sorted. */
function mostFrequent(sums: Frequencies, within: readonly boolean[], limit: number): Column[] {
  const totals = Float64Array.from(sums.total.filter((_, place) => within[place])).sort();
  const last = totals[totals.length - limit] ?? 0;
  const above: Column[] = [];
  const tied: Column[] = [];
  for (const [term, place] of sums.place) {
    const total = sums.total[place] ?? 0;
    if (within[place] !== true || total < last) continue;
    (total > last ? above : tied).push([term, place]);
  }
  if (above.length + tied.length > limit) tied.sort(([a], [b]) => byCodePoint(a, b));
  return [...above, ...tied.slice(0, limit - above.length)];
}

function nothingLeft(least: number, most: number): AppError {
  const why = `No term is in at least ${least} and at most ${most} documents.`;
  return new AppError("no_terms", `${why} Use a lower min_df or a higher max_df.`, { status: 422 });
}

function tooWide(terms: number): AppError {
  const hint = "Use max_features, a higher min_df or a shorter ngram_range.";
  return new AppError(
    "too_large",
    `The vocabulary has ${terms} terms, more than the limit of ${MAX_COLUMNS}. ${hint}`,
    { status: 422 },
  );
}

function idfBy(documents: number, { use_idf, smooth_idf }: EmbeddingOptions): (df: number) => number {
  if (!use_idf) return () => 1;
  const more = smooth_idf ? 1 : 0;
  return (df) => Math.log((documents + more) / (df + more)) + 1;
}

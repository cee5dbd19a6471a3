import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";
import { measure, readJson } from "./text/measure.ts";
import { sampleRows, scoreRows } from "./text/rows.ts";

interface Analysis {
  readonly character_count: number;
  readonly word_count: number;
  readonly common_words: readonly (readonly [string, number])[];
  readonly encoding: string;
  readonly language: string;
}

interface Expected {
  readonly codePoints?: number;
  readonly encoding?: string;
  readonly alphaWords?: number;
  readonly top20NonStopwords?: readonly (readonly [string, number])[];
}

export const check: QualityCheck = {
  task: "text",
  folder: "text",
  jobs: (files) => [
    { options: { common_words: 30 }, files },
    { options: {}, files: files.filter(({ file }) => file.endsWith(".tsv")).flatMap(sampleRows) },
  ],
  score: async (jobs, outcomes, corpus) => {
    const { files: expected } = readJson<{ files: Record<string, Expected> }>(join(corpus, "expected.json"));
    const results = resultsOf(jobs[0], outcomes[0], expected);
    return [
      handled(jobs, outcomes),
      share("texts decoded to their characters", results.filter(hasTruth), rightCharacters),
      share(
        "language right",
        results.filter(({ entry }) => isLanguage(entry.lang)),
        rightLanguage,
      ),
      share("ten most common words as NLTK's", results.filter(hasTop), rightWords),
      ...scoreRows(jobs[1], outcomes[1], corpus),
    ];
  },
};

interface Result {
  readonly file: CorpusFile;
  readonly entry: CorpusFile["entry"];
  readonly analysis: Analysis;
  readonly expected: Expected;
}

function resultsOf(
  job: QualityJob | undefined,
  outcomes: readonly Outcome[] | undefined,
  expected: Readonly<Record<string, Expected>>,
): Result[] {
  return (job?.files ?? []).flatMap((file, at) => {
    const outcome = outcomes?.[at];
    if (outcome?.ok !== true) return [];
    const analysis: Analysis = JSON.parse(outcome.body.toString("utf8"));
    return [{ file, entry: file.entry, analysis, expected: expected[file.file] ?? {} }];
  });
}

function handled(jobs: readonly QualityJob[], outcomes: readonly (readonly Outcome[])[]): Check {
  const wrong = jobs.flatMap(({ files }, job) =>
    files.filter(({ expect }, at) => {
      const ok = outcomes[job]?.[at]?.ok;
      return ok === undefined || (expect !== "either" && ok !== (expect === "ok"));
    }),
  );
  const note = wrong.map(({ file }) => file).join(", ");
  return measure("files with the wrong outcome", wrong.length, {
    target: "0",
    met: wrong.length === 0,
    note,
  });
}

function hasTruth({ file, expected }: Result): boolean {
  return typeof file.entry.groundTruth === "string" || expected.codePoints !== undefined;
}

/** Compares with the true text where there is one, else with the count of its characters (a mark counts as one). */
function rightCharacters({ file, entry, analysis, expected }: Result): boolean {
  if (typeof entry.groundTruth !== "string") {
    const difference = (expected.codePoints ?? 0) - analysis.character_count;
    return difference === 0 || difference === 1;
  }
  const truth = readFileSync(join(dirname(file.path), basename(entry.groundTruth)), "utf8").replace(
    /^\ufeff/,
    "",
  );
  return [...truth].length === analysis.character_count && hasWords(truth, analysis);
}

function hasWords(truth: string, { common_words }: Analysis): boolean {
  const lower = truth.toLowerCase();
  return common_words.every(([word]) => lower.includes(word.replaceAll("'", "")) || word.includes("'"));
}

function isLanguage(language: unknown): boolean {
  return typeof language === "string" && /^[a-z]{3}$/.test(language);
}

/** The corpus uses the code of standard Arabic. */
function rightLanguage({ entry, analysis }: Result): boolean {
  return analysis.language === (entry.lang === "arb" ? "ara" : entry.lang);
}

function hasTop({ expected }: Result): boolean {
  return expected.top20NonStopwords !== undefined;
}

/** The reference has words of three letters and more; counts may differ by 2 % (hyphens, apostrophes). */
function rightWords({ analysis, expected }: Result): boolean {
  const counts = new Map(analysis.common_words);
  return (expected.top20NonStopwords ?? []).slice(0, 10).every(([word, count]) => {
    const own = counts.get(word) ?? 0;
    return Math.abs(own - count) <= Math.max(1, count * 0.02);
  });
}

function share(name: string, results: readonly Result[], right: (result: Result) => boolean): Check {
  const wrong = results.filter((result) => !right(result)).map(({ file }) => file.file);
  const value = `${results.length - wrong.length} of ${results.length}`;
  return measure(name, value, { target: "all", met: wrong.length === 0, note: wrong.join(", ") });
}

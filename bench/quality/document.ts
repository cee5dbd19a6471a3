import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";
import { kindRows, kindsJob } from "./document/kinds.ts";
import { matched, wordsOf } from "./document/words.ts";

const RECALL = 0.98;

/** The fields of a document result that are compared. */
interface Analysis {
  readonly text_content: string;
  readonly page_count?: number;
  readonly pages?: readonly { readonly text: string; readonly has_text_layer: boolean }[];
  readonly metadata?: { readonly title: string };
}

interface Expected {
  readonly files: Readonly<Record<string, { readonly pages?: number; readonly title?: string }>>;
}

interface Case {
  readonly file: CorpusFile;
  readonly outcome: Outcome;
}

interface Recall {
  readonly file: string;
  readonly found: number;
  readonly words: number;
  /** The same over words of three letters or more: signs of formulas and labels of drawings left out. */
  readonly foundLong: number;
  readonly longWords: number;
}

/** Codes that fit a class of bad files. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  "docx-wrong": ["unsupported_format", "wrong_type", "misnamed"],
  "docx-enc": ["password_required"],
  encrypted: ["password_required"],
  "docx-corrupt": ["corrupt_file"],
  corrupt: ["corrupt_file"],
  wrongtype: ["misnamed"],
};

/** Compares documents with pdftotext, pdfinfo, pandoc and the passwords of the files. */
export const check: QualityCheck = {
  task: "document",
  folder: "documents",
  jobs: (files) => [{ options: {}, files }, ...locked(files), kindsJob()],
  score: async (jobs, outcomes, folder) => {
    const plain = casesOf(jobs[0], outcomes[0]);
    const expected = JSON.parse(await readFile(join(folder, "expected.json"), "utf8")) as Expected;
    return [
      ...errors(plain),
      ...(await recalls(plain, folder)),
      pageCounts(plain, expected),
      titles(plain, expected),
      scans(plain),
      passwords(jobs.slice(1, -1), outcomes.slice(1, -1)),
      ...kindRows(jobs.at(-1) ?? NO_FILES, outcomes.at(-1) ?? []),
    ];
  },
};

const NO_FILES: QualityJob = { options: {}, files: [] };

/** Each encrypted file once more, with its password. */
function locked(files: readonly CorpusFile[]): QualityJob[] {
  return files
    .filter(({ entry }) => typeof entry.password === "string")
    .map((file) => ({ options: { password: String(file.entry.password) }, files: [file], expect: "ok" }));
}

function casesOf(job: QualityJob | undefined, outcomes: readonly Outcome[] | undefined): Case[] {
  return (job?.files ?? []).flatMap((file, at) => {
    const outcome = outcomes?.[at];
    return outcome === undefined ? [] : [{ file, outcome }];
  });
}

function errors(cases: readonly Case[]): Check[] {
  const unanswered = cases.filter(({ file, outcome }) => file.expect === "ok" && !outcome.ok);
  const wrong = cases.filter(({ file, outcome }) => file.expect === "error" && !hasRightCode(file, outcome));
  return [count("ok files without a result", unanswered), count("error files without the right code", wrong)];
}

function hasRightCode(file: CorpusFile, outcome: Outcome): boolean {
  if (outcome.ok) return false;
  return CODES[String(file.entry.class)]?.includes(outcome.code) ?? true;
}

async function recalls(cases: readonly Case[], folder: string): Promise<Check[]> {
  const measures: Check[] = [];
  for (const kind of ["pdf", "docx", "txt"]) {
    const recalls: Recall[] = [];
    for (const one of cases) {
      const reference = one.file.entry.groundTruth;
      if (!one.file.file.startsWith(`${kind}/`) || one.file.expect !== "ok" || !one.outcome.ok) continue;
      if (typeof reference === "string")
        recalls.push(recallOf(one, withoutSpelledOut(await readFile(join(folder, reference), "utf8"))));
    }
    measures.push(
      ...recallMeasures(
        kind,
        recalls.filter(({ words }) => words > 0),
      ),
    );
  }
  return measures;
}

/** Six or more words of one letter: letter-spaced text, which pdftotext gives letter by letter. It is not compared. */
const SPELLED_OUT = /(?<!\S)(?:\p{L} ){5,}\p{L}(?!\S)/gu;

function withoutSpelledOut(reference: string): string {
  return reference.replace(SPELLED_OUT, " ");
}

function recallMeasures(kind: string, recalls: readonly Recall[]): Check[] {
  const mean = ratio(total(recalls.map(({ found, words }) => found / words)), recalls.length);
  const pooled =
    total(recalls.map(({ found }) => found)) / Math.max(1, total(recalls.map(({ words }) => words)));
  const long = ratio(
    total(recalls.map(({ foundLong }) => foundLong)),
    total(recalls.map(({ longWords }) => longWords)),
  );
  const low = recalls.filter(({ found, words }) => found / words < RECALL);
  const note = low.map(({ file, found, words }) => `${file} ${(found / words).toFixed(3)}`).join(", ");
  return [
    { ...share(`${kind}: word recall, mean of ${recalls.length} files`, mean), note },
    share(`${kind}: word recall, all words together`, pooled),
    share(`${kind}: word recall, words of 3 letters or more together`, long),
  ];
}

function recallOf({ file, outcome }: Case, reference: string): Recall {
  const words = wordsOf(reference);
  const found = matched(wordsOf(analysisOf(outcome)?.text_content ?? ""), words);
  return {
    file: file.file,
    found: found.length,
    words: words.length,
    foundLong: found.filter(isLong).length,
    longWords: words.filter(isLong).length,
  };
}

function isLong(word: string): boolean {
  return [...word].length >= 3;
}

function pageCounts(cases: readonly Case[], expected: Expected): Check {
  const wrong = cases.filter(({ file, outcome }) => {
    const pages = expected.files[file.file]?.pages;
    return outcome.ok && pages !== undefined && analysisOf(outcome)?.page_count !== pages;
  });
  return count("pdf: page counts that differ from pdfinfo", wrong);
}

function titles(cases: readonly Case[], expected: Expected): Check {
  const wrong = cases.filter(({ file, outcome }) => {
    const title = expected.files[file.file]?.title;
    // After an empty title the reference holds the next line of pdfinfo's output.
    if (title === undefined || /^(Subject|Keywords):/.test(title)) return false;
    return outcome.ok && analysisOf(outcome)?.metadata?.title !== title.trim();
  });
  return count("pdf: titles that differ from pdfinfo", wrong);
}

/** Pages without a text layer are flagged as such, in files that hold nothing else. */
function scans(cases: readonly Case[]): Check {
  const wrong = cases.filter(({ file, outcome }) => {
    if (!outcome.ok || file.entry.class !== "notext" || typeof file.entry.groundTruth === "string")
      return false;
    return analysisOf(outcome)?.pages?.some(({ has_text_layer }) => has_text_layer) ?? true;
  });
  return count("pdf: scans taken for text", wrong);
}

function passwords(jobs: readonly QualityJob[], outcomes: readonly (readonly Outcome[])[]): Check {
  const all = jobs.flatMap((job, at) => casesOf(job, outcomes[at]));
  const shut = all.filter(({ outcome }) => !outcome.ok);
  return count(`files of ${all.length} that stay shut with their password`, shut);
}

function analysisOf(outcome: Outcome): Analysis | undefined {
  return outcome.ok ? (JSON.parse(outcome.body.toString("utf8")) as Analysis) : undefined;
}

function names(cases: readonly Case[]): string {
  return cases
    .map(({ file, outcome }) => (outcome.ok ? file.file : `${file.file} (${outcome.code})`))
    .join(", ");
}

/** A count that must be 0, and the counted files. */
function count(name: string, cases: readonly Case[]): Check {
  const note = names(cases);
  return {
    name,
    value: cases.length,
    target: "0",
    met: cases.length === 0,
    ...(note === "" ? {} : { note }),
  };
}

function share(name: string, value: number): Check {
  return { name, value: Math.round(value * 10_000) / 10_000, target: `>= ${RECALL}`, met: value >= RECALL };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

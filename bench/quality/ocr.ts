import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Check, CorpusFile, QualityCheck, QualityJob } from "./check.ts";
import { answersOf, handled, type ImageOutcome, noted } from "./image/outcomes.ts";
import { errorRate, wordScores } from "./ocr/accuracy.ts";

/** Result of tesseract 5.3 of Debian 12, run by its command line. */
interface Native {
  readonly cer?: number;
  readonly wordRecall?: number;
  readonly tesseractLang?: string;
  /** Page mode. */
  readonly psm?: number;
}

interface Read {
  readonly job: number;
  readonly file: string;
  readonly lang: string;
  readonly recall: number;
  readonly precision: number;
  readonly errors: number;
  readonly native: Required<Pick<Native, "cer" | "wordRecall">>;
}

/** A point of word recall: preparation may not cost more on any file. */
const POINT = 0.0101;

/** Compares word recall and character error rate with those of native tesseract on the same files. */
export const check: QualityCheck = {
  task: "ocr",
  folder: "ocr",
  jobs: (files) => [
    { options: {}, files: files.filter(isEnglish) },
    { options: { preprocess: "none" }, files: files.filter(isEnglish) },
    ...otherLanguages(files),
  ],
  score: async (jobs, outcomes, corpus) => {
    const native = nativeOf(corpus);
    const answers = answersOf(jobs, outcomes);
    const reads = answers.flatMap((answer) => readOf(answer, native));
    const english = reads.filter(({ job }) => job === 0);
    const plain = reads.filter(({ job }) => job === 1);
    const others = [...new Set(reads.filter(({ job }) => job > 1).map(({ lang }) => lang))];
    return [
      handled(answers, () => "corrupt_file"),
      ...accuracy("English", english),
      harm(english, plain),
      told("English, preprocess: none", plain),
      ...others.flatMap((lang) =>
        accuracy(
          lang,
          reads.filter((read) => read.lang === lang && read.job > 1),
        ),
      ),
    ];
  },
};

function isEnglish({ entry }: CorpusFile): boolean {
  return entry.lang === "eng" || entry.lang === "nld";
}

/**
 * Only languages whose package is installed here; `npm install --no-save @tesseract.js-data/fra` adds one.
 * In the page mode of the native run: some files are single lines.
 */
function otherLanguages(files: readonly CorpusFile[]): QualityJob[] {
  const jobs = new Map<string, QualityJob & { files: CorpusFile[] }>();
  for (const file of files.filter((one) => !isEnglish(one))) {
    const { tesseractLang: languages = "", psm = 3 } = nativeOf(dirname(file.path))[file.file] ?? {};
    if (!isInstalled(languages)) continue;
    const key = `${languages} ${psm}`;
    const job = jobs.get(key) ?? { options: { languages, page_mode: psm }, files: [] };
    job.files.push(file);
    jobs.set(key, job);
  }
  return [...jobs.values()];
}

function nativeOf(corpus: string): Readonly<Record<string, Native>> {
  return JSON.parse(readFileSync(join(corpus, "expected.json"), "utf8")).files;
}

function isInstalled(language: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`@tesseract.js-data/${language}/package.json`);
    return true;
  } catch {
    return false;
  }
}

function readOf({ job, file, outcome }: ImageOutcome, native: Readonly<Record<string, Native>>): Read[] {
  const truthName = file.entry.groundTruth;
  if (outcome?.ok !== true || typeof truthName !== "string") return [];
  const truth = readFileSync(join(dirname(file.path), basename(truthName)), "utf8");
  const { extracted_text: text } = JSON.parse(outcome.body.toString("utf8"));
  const { cer = 1, wordRecall = 0 } = native[file.file] ?? {};
  const errors = Math.min(1, errorRate(truth, text));
  const lang = String(file.entry.lang);
  return [{ job, file: file.file, lang, errors, ...wordScores(truth, text), native: { cer, wordRecall } }];
}

function accuracy(what: string, reads: readonly Read[]): Check[] {
  const recall = mean(reads.map((read) => read.recall));
  const errors = mean(reads.map((read) => read.errors));
  const nativeRecall = mean(reads.map(({ native }) => native.wordRecall));
  const nativeErrors = mean(reads.map(({ native }) => Math.min(1, native.cer)));
  const below = reads.filter((read) => read.recall < read.native.wordRecall - POINT);
  const note = below
    .map(({ file, recall: own, native }) => `${file} ${own.toFixed(3)} for ${native.wordRecall}`)
    .join("; ");
  return [
    {
      name: `${what}: word recall over ${reads.length} files`,
      value: recall,
      target: `>= ${nativeRecall} (tesseract 5.3)`,
      met: recall >= nativeRecall,
      ...noted(note === "" ? "" : `more than a point below: ${note}`),
    },
    {
      name: `${what}: character error rate`,
      value: errors,
      target: `<= ${nativeErrors} (tesseract 5.3)`,
      met: errors <= nativeErrors,
    },
  ];
}

function harm(prepared: readonly Read[], plain: readonly Read[]): Check {
  const before = new Map(plain.map(({ file, recall }) => [file, recall]));
  const hurt = prepared.filter(({ file, recall }) => recall < (before.get(file) ?? 0) - POINT);
  const note = hurt.map(({ file }) => file).join(", ");
  return {
    name: "files that preparation costs more than a point of word recall",
    value: hurt.length,
    target: "0",
    met: hurt.length === 0,
    ...noted(note),
  };
}

function told(what: string, reads: readonly Read[]): Check {
  const value = `word recall ${mean(reads.map(({ recall }) => recall))}, character error rate ${mean(reads.map(({ errors }) => errors))}`;
  return { name: what, value, target: "told, not set", met: true };
}

function mean(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.length === 0 ? 0 : Math.round((sum / values.length) * 10_000) / 10_000;
}

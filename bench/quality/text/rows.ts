import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createVader, type Vader } from "../../../shared/tasks/text/vader/score.ts";
import type { Check, CorpusFile, Outcome, QualityJob } from "../check.ts";
import { measure, readJson } from "./measure.ts";

/** One row in this number goes through the service as a file; all rows go through the scorer. */
const EACH = 25;
/** Greatest difference from the program of VADER's authors. */
const TOLERANCE = 1e-4;
const SPEED_TEXTS = 300;

interface Row {
  readonly key: string;
  readonly rating: number;
  readonly text: string;
}

interface Scores {
  readonly compound: number;
  readonly positive: number;
  readonly neutral: number;
  readonly negative: number;
}

/** compound, negative, neutral, positive. */
type Reference = Readonly<
  Record<string, Readonly<Record<string, readonly [number, number, number, number]>>>
>;

/** Some rows of a table of rated texts as files of their own. */
export function sampleRows({ file, path }: CorpusFile): CorpusFile[] {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-quality-"));
  return rowsOf(path)
    .filter((_, at) => at % EACH === 0)
    .map(({ key, text }) => {
      const row = join(folder, `${key}.txt`);
      writeFileSync(row, text);
      return { file: basename(row), path: row, expect: "ok", entry: { table: basename(file), key } };
    });
}

/** The rows that went through the service as files, then all rows in this process. */
export function scoreRows(
  job: QualityJob | undefined,
  outcomes: readonly Outcome[] | undefined,
  corpus: string,
): Check[] {
  const { files: reference } = readJson<{ files: Reference }>(join(corpus, "sentiment/vader-reference.json"));
  return [rowsThroughService(job, outcomes, reference), ...rowsInProcess(corpus, reference, createVader())];
}

function rowsOf(path: string): Row[] {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [key = "", rating, ...text] = line.split("\t");
    return { key, rating: Number(rating), text: text.join("\t") };
  });
}

function rowsThroughService(
  job: QualityJob | undefined,
  outcomes: readonly Outcome[] | undefined,
  reference: Reference,
): Check {
  const differences = (job?.files ?? []).map(({ entry }, at) => {
    const outcome = outcomes?.[at];
    const row = reference[String(entry.table)]?.[String(entry.key)];
    if (outcome?.ok !== true || row === undefined) return 1;
    const { sentiment }: { sentiment: Scores } = JSON.parse(outcome.body.toString("utf8"));
    return differenceOf(sentiment, row);
  });
  const most = Math.max(...differences);
  const name = `VADER through the service, largest difference on ${differences.length} rows`;
  return measure(name, most, { target: `<= ${TOLERANCE}`, met: most <= TOLERANCE });
}

function rowsInProcess(corpus: string, reference: Reference, vader: Vader): Check[] {
  const rows = Object.entries(reference).flatMap(([table, scores]) =>
    rowsOf(join(corpus, "sentiment", table)).map((row) => ({ row, score: scores[row.key] })),
  );
  const differences = rows.map(({ row, score }) =>
    score === undefined ? 1 : differenceOf(vader(row.text), score),
  );
  const most = Math.max(...differences);
  const name = `VADER, largest difference on ${rows.length} rows`;
  const texts = kilobytesOf(rows.map(({ row }) => row.text));
  return [measure(name, most, { target: `<= ${TOLERANCE}`, met: most <= TOLERANCE }), speedOf(texts, vader)];
}

/** Texts of 1 KB each. */
function kilobytesOf(rows: readonly string[]): string[] {
  const all = rows.join(" ").slice(0, SPEED_TEXTS * 1_000);
  return Array.from({ length: SPEED_TEXTS }, (_, at) => all.slice(at * 1_000, (at + 1) * 1_000));
}

/** Compares with the program of the npm package, in the same process and minute. */
function speedOf(texts: readonly string[], vader: Vader): Check {
  const port: { SentimentIntensityAnalyzer: { polarity_scores(text: string): unknown } } = createRequire(
    import.meta.url,
  )("vader-sentiment");
  const own = secondsOf(() => texts.forEach((text) => void vader(text)));
  const other = secondsOf(() =>
    texts.forEach((text) => void port.SentimentIntensityAnalyzer.polarity_scores(text)),
  );
  const ratio = Math.round((other / own) * 10) / 10;
  const note = `${Math.round(texts.length / own)} texts of 1 KB a second and core`;
  return measure("VADER, times the speed of npm's port", ratio, { target: ">= 5", met: ratio >= 5, note });
}

/** CPU time, which other work on the machine does not change. */
function secondsOf(work: () => void): number {
  work();
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function differenceOf(
  scores: Scores,
  [compound, negative, neutral, positive]: readonly [number, number, number, number],
): number {
  return Math.max(
    Math.abs(scores.compound - compound),
    Math.abs(scores.negative - negative),
    Math.abs(scores.neutral - neutral),
    Math.abs(scores.positive - positive),
  );
}

import { createWriteStream } from "node:fs";
import { join as joinPath } from "node:path";
import { pipeline } from "node:stream/promises";
import { modelPredictor, shapeOf } from "../../ml/predicting.ts";
import { type Header, readHeader, rowRanges, type TableRange } from "../../ml/rows.ts";
import type { StepWarning } from "../../warnings.ts";
import { cached } from "../cached.ts";
import { counted, oneLine, onlyFile } from "../result.ts";
import type { JsonObject, Step, StepFile, StepOutput } from "../task.ts";
import { predictBlock } from "./block.ts";
import { joinCounts, type TableCounts, toCounts } from "./counts.ts";
import { isModel, readModel } from "./model.ts";
import type { PredictOptions } from "./options.ts";

/** Bytes of a table that one unit predicts: some tenths of a second. */
const BLOCK_BYTES = 2_000_000;
/** Bytes of a part that are copied at a time. */
const COPY = 1 << 20;

interface Plan {
  readonly header: Header;
  readonly ranges: readonly TableRange[];
}

/** A file -> whether it is a model or a table; a table is cut into blocks. */
const look: Step<PredictOptions> = async ({ files }, { progress }) => {
  const file = onlyFile(files);
  if (await isModel(file)) {
    await readModel(file);
    return { body: Buffer.from("{}"), info: { kind: "model" } };
  }
  const header = await readHeader(file);
  const ranges = await rowRanges(file, header, { size: BLOCK_BYTES, onChunk: () => progress() });
  const plan: Plan = { header, ranges };
  return { body: Buffer.from(JSON.stringify(plan)), info: { kind: "table", blocks: ranges.length } };
};

/** A table, the model and the plan -> the predictions of one block. `args`: the `block`, and whether it is the `only` one. */
const block: Step<PredictOptions> = async ({ files, args, options }, { progress }) => {
  const [table, modelFile, planFile] = files;
  if (table === undefined || modelFile === undefined || planFile === undefined)
    throw new Error("block takes three files");
  const ready = await modelOf(modelFile);
  const { header, ranges } = await planOf(planFile);
  const number = Number(args.block);
  const range = ranges[number] ?? { from: header.end, to: header.end, row: 2 };
  const work = { table, header, range, ready, options, withHeader: number === 0, progress: () => progress() };
  const { body, ...found } = await predictBlock(work);
  const counts = toCounts(found);
  if (args.only === true) return resultOf(body, counts, ready.model.target);
  return { body, info: { ...counts } };
};

/** The model and the blocks of a table -> its result. `args`: the counts of each block. */
const join: Step<PredictOptions> = async ({ files, args }, { folder, progress }) => {
  const [modelFile, ...parts] = files;
  if (modelFile === undefined) throw new Error("join takes the model");
  const { model } = await modelOf(modelFile);
  const path = joinPath(folder, "predictions.csv");
  await pipeline(contentsOf(parts, progress), createWriteStream(path));
  return resultOf({ path }, joinCounts(args.counts), model.target);
};

/** The model -> a table of the tables that it predicted. `args`: a line for each. */
const overview: Step<PredictOptions> = async ({ args }) => {
  const lines = Array.isArray(args.lines) ? args.lines.map(String) : [];
  const summary = `model for ${counted(lines.length, "table")}`;
  return { body: Buffer.from(`table,rows,skipped,state\n${lines.join("")}`), summary };
};

export const steps = { look, block, join, overview };

const modelOf = cached(async (file) => {
  const model = await readModel(file);
  return { model, shape: shapeOf(model), predict: modelPredictor(model) };
});
const planOf = cached(async (file) => JSON.parse((await file.read()).toString("utf8")) as Plan);

async function* contentsOf(parts: readonly StepFile[], progress: () => void): AsyncGenerator<Buffer> {
  for (const part of parts) {
    for (let at = 0; at < part.bytes; at += COPY) yield await part.slice(at, Math.min(COPY, part.bytes - at));
    progress();
  }
}

const ROWS_SKIPPED: StepWarning = {
  code: "rows_skipped",
  message:
    "Rows that the model cannot use were left out of the predictions; info tells how many, and the first one.",
};

function resultOf(
  body: StepOutput["body"],
  { rows, skipped, first_skipped, counts }: TableCounts,
  { labels }: { readonly labels?: readonly string[] | undefined },
): StepOutput {
  const found = labels === undefined ? meanText(counts[0] ?? 0, rows) : classesText(labels, counts);
  const left = skipped === 0 ? "" : `; ${counted(skipped, "row")} left out`;
  const summary = oneLine(`${counted(rows, "row")}${rows === 0 ? "" : `: ${found}`}${left}`);
  const info: JsonObject = { rows, skipped, ...(first_skipped === undefined ? {} : { first_skipped }) };
  return { body, summary, info, ...(skipped === 0 ? {} : { warnings: [ROWS_SKIPPED] }) };
}

function meanText(sum: number, rows: number): string {
  return `mean ${Number((sum / rows).toPrecision(6))}`;
}

/** The most frequent classes first. */
function classesText(labels: readonly string[], counts: readonly number[]): string {
  const found = labels
    .map((label, at) => ({ label, count: counts[at] ?? 0 }))
    .filter(({ count }) => count > 0);
  return found
    .sort((a, b) => b.count - a.count)
    .slice(0, 5)
    .map(({ label, count }) => `${label} ${count}`)
    .join(", ");
}

import { join } from "node:path";
import type { StepWarning } from "../../warnings.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { Step } from "../task.ts";
import { inUnits } from "./decimal.ts";
import { addUpInto } from "./narrow.ts";
import type { MeanOptions } from "./options.ts";
import { writeCsv, writeJson } from "./output.ts";
import { openSums } from "./records.ts";
import type { RowCounts } from "./rows.ts";
import { NOTHING, type Sum, statisticsOf, sumOf } from "./sum.ts";
import { SumTally } from "./tally.ts";
import { type CellValue, valuesOf } from "./values.ts";

const DECIMAL_COMMAS: StepWarning = {
  code: "decimal_commas",
  message:
    "Every line has two whole numbers with a comma between them. If the commas are decimal signs, set the option decimal to comma.",
};

/** One file -> its own statistics as JSON; `info` tells `run` its length and scale. */
const describe: Step<MeanOptions> = async ({ task, files, options }, context) => {
  const file = onlyFile(files);
  const tally = new SumTally();
  const counts: RowCounts = { rows: 0, paired: 0 };
  for await (const cells of valuesOf(file, options, counts)) {
    for (const cell of cells) tally.add(cell);
    context.progress();
  }
  const { mean, ...statistics } = statisticsOf(tally.sum, tally.scale);
  const summary = `${tally.sum.count} numbers, mean ${mean ?? "none"}`;
  const fields = { numbers: tally.length, missing: tally.length - tally.sum.count, mean, ...statistics };
  const warnings = counts.rows === counts.paired ? [DECIMAL_COMMAS] : [];
  const output = jsonResult({ task, file, summary, warnings }, fields);
  return { ...output, info: { length: tally.length, scale: tally.scale } };
};

/** Files of numbers -> the partial sum over them. */
const sum: Step<MeanOptions> = async ({ files, args, options }, context) => {
  const scale = Number(args.scale);
  const series = files.map((file) => () => unitSums(valuesOf(file, options), scale));
  return { body: await addUpInto("sums", series, { context, scale }) };
};

/** Partial sums -> one. */
const mergeSums: Step<MeanOptions> = async ({ files }, context) => {
  const opened = await Promise.all(files.map(openSums));
  const scale = opened[0]?.scale ?? 0;
  const series = opened.map(({ blocks }) => blocks);
  return { body: await addUpInto("sums", series, { context, scale }) };
};

const json: Step<MeanOptions> = async ({ task, files, args, options }, { folder }) => {
  const path = join(folder, "mean.json");
  await writeJson(path, await openSums(onlyFile(files)), {
    task,
    files: Number(args.files),
    ragged: options.ragged,
  });
  return { body: { path } };
};

const csv: Step<MeanOptions> = async ({ files }, { folder }) => {
  const path = join(folder, "mean.csv");
  await writeCsv(path, await openSums(onlyFile(files)));
  return { body: { path } };
};

export const steps = { describe, sum, merge: mergeSums, json, csv };

async function* unitSums(
  blocks: AsyncIterable<readonly CellValue[]>,
  scale: number,
): AsyncGenerator<readonly Sum[]> {
  for await (const cells of blocks) {
    yield cells.map((cell) => (cell === null ? NOTHING : sumOf(inUnits(cell, scale))));
  }
}

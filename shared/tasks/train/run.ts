import type { FitRows } from "../../ml/split.ts";
import { type InputPart, mapInputs, sharedFile } from "../maps.ts";
import { mapAll, UnitError } from "../merge.ts";
import type { FileRef, InputFile, PublishedPart, RunContext, UnitFile, UnitSpec } from "../task.ts";
import type { TrainOptions } from "./options.ts";
import { type FitUnit, fitArgs, foldsOf, pointsOf } from "./parameters.ts";

type Job = RunContext<TrainOptions>;

/** Steps of work in one unit of a forest: some 50 ms. */
const UNIT_WORK = 3_000_000;
/** Most trees of a unit. */
const MOST_TREES = 100;

/**
 * All files are one table. A file that is no table fails alone; the others are encoded once, and all fits read that. How
 * the work is cut depends on the table and the options only, so that the model does not depend on the slaves. Each file gets the
 * same model as its result.
 */
export async function run(job: Job): Promise<void> {
  const inputs = await tablesOf(job);
  if (inputs.length === 0) return;
  const outcome = await trained(job, inputs);
  for (const { index } of inputs) await job.publish(index, outcome);
}

/** The files that can be parts of the table. A single one is checked when it is encoded. */
async function tablesOf(job: Job): Promise<readonly InputFile[]> {
  if (job.inputs.length === 1) return job.inputs;
  const checked = await mapInputs(
    job,
    "check",
    job.inputs.map((input) => ({ input, files: [input] })),
  );
  const [first] = checked;
  if (first === undefined) return [];
  const others = checked.filter(({ part }) => part.file.sha256 !== first.part.file.sha256);
  for (const { input } of others) await job.publish(input.index, otherColumns(input, first));
  return checked.filter((one) => !others.includes(one)).map(({ input }) => input);
}

function otherColumns({ filename }: InputFile, { input: first }: InputPart): PublishedPart {
  const error = `${filename} has other columns than ${first.filename}, so it was left out.`;
  return { ok: false, code: "bad_table", error };
}

async function trained(job: Job, inputs: readonly InputFile[]): Promise<PublishedPart> {
  const unit = { files: inputs, fileBudgets: inputs.length };
  const [table] = await job.mapInOrder("encode", "encode", [unit]);
  if (table === undefined || !table.ok) return table ?? { ok: false, code: "no_result", error: "" };
  try {
    const { rows, features } = { rows: Number(table.info?.rows), features: Number(table.info?.features) };
    const fits: Fits = { job, table: sharedFile(table.file), rows, features };
    const validation = await validated(fits);
    return await finished(fits, validation);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    return { ok: false, code: error.code, error: error.message };
  }
}

interface Fits {
  readonly job: Job;
  /** The encoded table, and its size. */
  readonly table: UnitFile;
  readonly rows: number;
  readonly features: number;
}

interface Validated {
  readonly point: number;
  readonly files: readonly FileRef[];
}

/** Measures each point of the grid by cross-validation. @throws UnitError */
async function validated(fits: Fits): Promise<Validated> {
  const { job, table } = fits;
  const folds = foldsOf(job.options);
  if (folds === 0) return { point: 0, files: [] };
  const plan = pointsOf(job.options).flatMap((_, point) =>
    Array.from({ length: folds }, (_, fold) => unitsOf(fits, { fold }, point)),
  );
  const parts = await mapAll(job, { name: "search", step: "fit" }, plan.flat().map(specOf(table)));
  const args = { parts: plan.map((units) => units.length) };
  const unit = { files: [table, ...parts], args };
  const [found] = await job.mapInOrder("validate", "validate", [unit]);
  if (found === undefined || !found.ok) throw new UnitError(found?.code ?? "no_result", found?.error ?? "");
  return { point: Number(found.info?.best), files: [found.file] };
}

/** The last fits: one that is measured by the rows that are held out, one over all rows. @throws UnitError */
async function finished(fits: Fits, { point, files }: Validated): Promise<PublishedPart> {
  const { job, table } = fits;
  const wanted: readonly FitRows[] = job.options.test_share > 0 ? ["held_out", "all"] : ["all"];
  const plan = wanted.map((rows) => unitsOf(fits, rows, point));
  const parts = await mapAll(job, { name: "fit", step: "fit" }, plan.flat().map(specOf(table)));
  const args = { point, validated: files.length > 0, parts: plan.map((units) => units.length) };
  const unit = { files: [table, ...files, ...parts], args };
  const [model] = await job.mapInOrder("finish", "finish", [unit]);
  if (model === undefined) throw new UnitError("no_result", "The model was not made.");
  return model;
}

function unitsOf({ job, rows, features }: Fits, fitRows: FitRows, point: number): FitUnit[] {
  const trees = pointsOf(job.options)[point]?.trees;
  // Each boosted tree learns what those before it are wrong by.
  const isWhole = job.options.model !== "random-forest";
  if (trees === undefined || isWhole) return [{ rows: fitRows, point, from: 0, to: 0 }];
  const work = rows * Math.log2(rows + 2) * Math.ceil(Math.sqrt(features));
  const width = Math.min(MOST_TREES, Math.max(1, Math.floor(UNIT_WORK / work)));
  return Array.from({ length: Math.ceil(trees / width) }, (_, at) => ({
    rows: fitRows,
    point,
    from: at * width,
    to: Math.min(trees, (at + 1) * width),
  }));
}

function specOf(table: UnitFile): (unit: FitUnit) => UnitSpec {
  const files = [table];
  return (unit) => ({ files, args: fitArgs(unit) });
}

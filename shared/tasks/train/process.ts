import { join } from "node:path";
import type { FitRows } from "../../ml/split.ts";
import type { Metrics } from "../../ml/trained.ts";
import { onlyFile } from "../result.ts";
import type { JsonObject, Step, StepFile } from "../task.ts";
import { openDataset } from "./dataset.ts";
import { encodeTable } from "./encode.ts";
import { modelFile, type Validation } from "./finish.ts";
import { fitUnit, unpackOutput } from "./fit.ts";
import { type FitOutcome, joinOutcomes, meanScore, metricsOf, outcomeOf, scoreOf } from "./measure.ts";
import type { TrainOptions } from "./options.ts";
import { foldsOf, pointsOf } from "./parameters.ts";
import { eachRow, openTable } from "./table.ts";

/** One file of several -> whether it is a table with the target; `info` tells `run` its columns. */
const check: Step<TrainOptions> = async ({ files, options }, { progress }) => {
  const table = await openTable([onlyFile(files)], options);
  await eachRow(table, progress, () => undefined);
  const { names, delimiter } = table.header;
  return { body: Buffer.from(JSON.stringify({ names, delimiter })) };
};

/** The files of a table -> the encoded table; `info` tells `run` its size. */
const encode: Step<TrainOptions> = async ({ files, options }, { folder, progress }) => {
  const path = join(folder, "table");
  const info = await encodeTable(files, options, { path, folder, progress: () => progress() });
  return { body: { path }, info: { ...info } };
};

/** The encoded table -> one fit of a model, or some trees of one. */
const fit: Step<TrainOptions> = async ({ files, args, options }, { progress }) => {
  const data = await openDataset(onlyFile(files));
  return { body: await fitUnit(data, options, { args, progress: () => progress() }) };
};

/** The encoded table and the fits of all folds at all points -> the best point and its metrics. */
const validate: Step<TrainOptions> = async ({ files, args, options }) => {
  const [tableFile, ...parts] = files;
  if (tableFile === undefined) throw new Error("validate takes the encoded table");
  const data = await openDataset(tableFile);
  const reader = new PartReader(parts, args);
  const points = pointsOf(options);
  const { model: kind } = options;
  const measured: { readonly outcomes: readonly FitOutcome[]; readonly scores: readonly Metrics[] }[] = [];
  for (const parameters of points) {
    const outcomes = [];
    for (let fold = 0; fold < foldsOf(options); fold += 1)
      outcomes.push(
        outcomeOf(data, { rows: { fold }, parameters, kind, outputs: await reader.next(unpackOutput) }),
      );
    measured.push({ outcomes, scores: outcomes.map((outcome) => metricsOf(data, outcome)) });
  }
  const search = points.map((parameters, at) => ({
    parameters,
    score: meanScore(measured[at]?.scores ?? []),
  }));
  const best = search.reduce((most, { score }, at) => (score > (search[most]?.score ?? 0) ? at : most), 0);
  const validation: Validation = {
    best,
    search: points.length > 1 ? search : [],
    metrics: metricsOf(data, joinOutcomes(measured[best]?.outcomes ?? [])),
    folds: measured[best]?.scores.map(scoreOf) ?? [],
  };
  return { body: Buffer.from(JSON.stringify(validation)), info: { best } };
};

/** The encoded table, the validation if there is one, and the parts of the last fits -> the model. */
const finish: Step<TrainOptions> = async ({ task, files, args, options }) => {
  const [tableFile, ...rest] = files;
  if (tableFile === undefined) throw new Error("finish takes the encoded table");
  const data = await openDataset(tableFile);
  const validationFile = args.validated === true ? rest.shift() : undefined;
  const validation =
    validationFile && (JSON.parse((await validationFile.read()).toString("utf8")) as Validation);
  const point = Number(args.point);
  const parameters = pointsOf(options)[point] ?? {};
  const reader = new PartReader(rest, args);
  const rows: FitRows = "held_out";
  const outputs = options.test_share > 0 ? await reader.next(unpackOutput) : undefined;
  const heldOut =
    outputs && metricsOf(data, outcomeOf(data, { rows, parameters, kind: options.model, outputs }));
  const parts = await reader.next((bytes) => bytes);
  return modelFile({ task, data, options, point, validation, heldOut: heldOut ?? null, parts });
};

export const steps = { check, encode, fit, validate, finish };

/** Reads the parts of one fit after the other; `args.parts` tells how many each has. */
class PartReader {
  readonly #files: readonly StepFile[];
  readonly #counts: readonly number[];
  #fit = 0;
  #file = 0;

  constructor(files: readonly StepFile[], { parts }: JsonObject) {
    this.#files = files;
    this.#counts = Array.isArray(parts) ? parts.map(Number) : [];
  }

  async next<Part>(parse: (bytes: Buffer) => Part): Promise<Part[]> {
    const found: Part[] = [];
    const end = this.#file + (this.#counts[this.#fit] ?? 0);
    for (; this.#file < end; this.#file += 1) {
      const file = this.#files[this.#file];
      if (file !== undefined) found.push(parse(await file.read()));
    }
    this.#fit += 1;
    return found;
  }
}

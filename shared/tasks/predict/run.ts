import { csvCell } from "../../ml/csv.ts";
import { type InputPart, mapInputs, sharedFile, unitAt } from "../maps.ts";
import type { InputFile, JsonObject, PartDone, PublishedPart, RunContext, UnitFile } from "../task.ts";
import type { PredictOptions } from "./options.ts";

type Job = RunContext<PredictOptions>;

/** Tables that the result of the model names. */
const MOST_LINES = 1_000;

/**
 * One of the files is the model, the others are tables. Each table is predicted block by block, and the blocks are joined in
 * their order. The result of the model is a list of its tables.
 */
export async function run(job: Job): Promise<void> {
  const units = job.inputs.map((input) => ({ input, files: [sharedFile(input)] }));
  const looked = await mapInputs(job, "look", units);
  const models = looked.filter(({ part }) => part.info?.kind === "model");
  const tables = looked.filter(({ part }) => part.info?.kind === "table");
  const [model, ...others] = models;
  if (model === undefined || others.length > 0) return await refuse(job, looked, models.length);
  const outcomes = await predicted(job, tables, sharedFile(model.input));
  const lines = tables.slice(0, MOST_LINES).map(({ input }) => lineOf(input, outcomes.get(input.index)));
  const unit = { files: [sharedFile(model.input)], args: { lines } };
  for (const part of await job.mapInOrder("overview", "overview", [unit]))
    await job.publish(model.input.index, part);
}

async function refuse(job: Job, looked: readonly InputPart[], models: number): Promise<void> {
  const found = models === 0 ? "no model is among the files" : `${models} models are among the files`;
  const error = `There is nothing to predict with: ${found}. Send one model of a training with the tables, under the field model, or name one in the option model.`;
  for (const { input } of looked) await job.publish(input.index, { ok: false, code: "bad_model", error });
}

/** A block of a table. */
interface BlockUnit {
  readonly table: InputPart;
  readonly files: readonly UnitFile[];
  readonly args: JsonObject & { readonly block: number };
}

/** Predicts and publishes all tables. Returns what was published, by the index of the table. */
async function predicted(
  job: Job,
  tables: readonly InputPart[],
  model: UnitFile,
): Promise<ReadonlyMap<number, PublishedPart>> {
  const units = tables.flatMap((table) => blocksOf(table, model));
  const found = new Map(tables.map(({ input }) => [input.index, new TableBlocks(input)]));
  for await (const part of job.map(
    "block",
    "block",
    units.map(({ files, args }) => ({ files, args })),
  )) {
    const { table, args } = unitAt(units, part.index);
    found.get(table.input.index)?.add(args.block, part);
  }
  const outcomes = new Map<number, PublishedPart>();
  const joining: { readonly index: number; readonly parts: readonly PartDone[] }[] = [];
  for (const [index, parts] of found) {
    const outcome = parts.outcome();
    if ("ok" in outcome) outcomes.set(index, outcome);
    else joining.push({ index, parts: outcome.parts });
  }
  const joins = joining.map(({ parts }) => ({
    files: [model, ...parts.map(({ file }) => file)],
    args: { counts: parts.map(({ info }) => info ?? {}) },
  }));
  for (const part of await job.mapInOrder("join", "join", joins))
    outcomes.set(joining[part.index]?.index ?? -1, part);
  for (const [index, outcome] of outcomes) await job.publish(index, outcome);
  return outcomes;
}

function blocksOf(table: InputPart, model: UnitFile): BlockUnit[] {
  const count = Math.max(1, Number(table.part.info?.blocks));
  const files = [sharedFile(table.input), model, sharedFile(table.part.file)];
  return Array.from({ length: count }, (_, block) => ({
    table,
    files,
    args: { block, only: count === 1 },
  }));
}

/** The blocks of a table as they end. */
class TableBlocks {
  readonly #input: InputFile;
  readonly #parts: PublishedPart[] = [];

  constructor(input: InputFile) {
    this.#input = input;
  }

  add(block: number, part: PublishedPart): void {
    this.#parts[block] = part;
  }

  /** The result of a table of one block, the failure of the first block that failed, or parts that have to be joined. */
  outcome(): PublishedPart | { readonly parts: readonly PartDone[] } {
    const failed = this.#parts.find((part) => !part.ok);
    if (failed !== undefined) return failed;
    const [only, ...others] = this.#parts;
    if (only === undefined) throw new Error(`${this.#input.filename} has no blocks`);
    if (others.length === 0) return only;
    return { parts: this.#parts.flatMap((part, index) => (part.ok ? [{ ...part, index }] : [])) };
  }
}

function lineOf({ filename }: InputFile, outcome: PublishedPart | undefined): string {
  const cells = outcome?.ok
    ? [outcome.info?.rows, outcome.info?.skipped, "done"]
    : ["", "", outcome?.code ?? ""];
  return `${[csvCell(filename, ","), ...cells].join(",")}\n`;
}

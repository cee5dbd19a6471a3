import { type Command, Option } from "commander";
import { MODEL_KINDS } from "../../shared/ml/trained.ts";
import { train } from "../../shared/tasks/train/index.ts";
import { savePath } from "../files/namedFiles.ts";
import { connected, withConnection } from "./connection.ts";
import {
  commonFailure,
  type ModelFlags,
  type ModelJob,
  reportResults,
  runModelJob,
  saveResult,
} from "./modelJob.ts";
import { withTaskOptions } from "./optionFlags.ts";
import type { RunCommand } from "./runCommand.ts";
import { stemOf } from "./stem.ts";

interface TrainFlags extends ModelFlags {
  readonly target?: string;
  readonly model?: string;
  readonly ignore?: string;
  readonly folds?: string;
}

/** `train <tables…>` */
export function addTrain(program: Command, run: RunCommand): void {
  const named = program
    .command("train")
    .description("learn a model that predicts a column of a table, and save it")
    .argument("<tables...>", "CSV files with a header; several files are one table")
    .option("--target <column>", "the column to predict (the last one)")
    .addOption(new Option("--model <kind>", "kind of the model (random-forest)").choices(MODEL_KINDS))
    .option("--ignore <columns>", "columns to leave out, with commas between")
    .option("--folds <count>", "measure the model by cross-validation with so many folds")
    .option("--out <path>", "file or folder for the model (<table>_model.json)");
  withConnection(withTaskOptions(named)).action((paths: string[], flags: TrainFlags) =>
    run((context) =>
      connected(context, flags, ({ client, signal }) =>
        trainOn({ context, client, signal, task: train.name, paths, flags, options: optionsOf(flags) }),
      ),
    ),
  );
}

async function trainOn(job: ModelJob): Promise<number> {
  const views = await runModelJob(job);
  const failure = commonFailure(views);
  if (failure !== undefined) throw failure;
  // All tables that are done have the same model.
  const first = views.find(({ state }) => state === "done");
  const failed = views.filter(({ state }) => state !== "done").map((view) => ({ view, path: undefined }));
  if (first === undefined) return reportResults(job, failed);
  const path = await savePath(job.flags.out, train.resultName(stemOf(first.filename), {}));
  return reportResults(job, [await saveResult(job, first, path), ...failed]);
}

function optionsOf({ target, model, ignore, folds }: TrainFlags): string[] {
  const given = { target, model, folds, ignore: ignore && JSON.stringify(ignore.split(",")) };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}

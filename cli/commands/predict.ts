import { join } from "node:path";
import type { Command } from "commander";
import { predict } from "../../shared/tasks/predict/index.ts";
import { savePath } from "../files/namedFiles.ts";
import { connected, withConnection } from "./connection.ts";
import {
  type ModelFlags,
  type ModelJob,
  reportResults,
  runModelJob,
  type SavedResult,
  saveResult,
} from "./modelJob.ts";
import { withTaskOptions } from "./optionFlags.ts";
import type { RunCommand } from "./runCommand.ts";
import { stemOf } from "./stem.ts";

interface PredictFlags extends ModelFlags {
  readonly onError?: string;
}

/** `predict <model> <tables…>` */
export function addPredict(program: Command, run: RunCommand): void {
  const named = program
    .command("predict")
    .description("predict the rows of tables with a model of train")
    .argument("<model>", "the model, <name>_model.json; kept:<name or job id>: one that the master has")
    .argument("<tables...>", "CSV files with the columns that the model needs")
    .option("--out <path>", "file for the predictions of one table, folder for those of several")
    .option("--on-error <what>", "bad cells: fail, skip the row, or take the cell as missing (fail)");
  withConnection(withTaskOptions(named)).action((model: string, tables: string[], flags: PredictFlags) =>
    run((context) =>
      connected(context, flags, ({ client, signal }) => {
        const options = flags.onError === undefined ? [] : [`on_error=${flags.onError}`];
        const job = { context, client, signal, task: predict.name, flags };
        if (!model.startsWith(KEPT))
          return predictWith({ ...job, paths: [...tables, model], options }, tables.length);
        const named = `model=${JSON.stringify(model.slice(KEPT.length))}`;
        return predictWith({ ...job, paths: tables, options: [...options, named] }, tables.length);
      }),
    ),
  );
}

/** Begins the name of a model that is among the results of the master. */
const KEPT = "kept:";

/** The model is the file after the tables, sent or named. */
async function predictWith(job: ModelJob, count: number): Promise<number> {
  const views = await runModelJob(job);
  const tables = views.slice(0, count);
  const model = views[count];
  // The result of the model only lists the tables.
  if (model !== undefined && model.state !== "done")
    return reportResults(job, [{ view: model, path: undefined }]);
  const results: SavedResult[] = [];
  for (const view of tables) {
    const name = predict.resultName(stemOf(view.filename), {});
    const { out } = job.flags;
    const path = count > 1 && out !== undefined ? join(out, name) : await savePath(out, name);
    results.push(await saveResult(job, view, path));
  }
  return reportResults(job, results);
}

import { join } from "node:path";
import type { Command } from "commander";
import { predict } from "../../shared/tasks/predict/index.ts";
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
    .argument("<model>", "the model, <name>_model.json")
    .argument("<tables...>", "CSV files with the columns that the model needs")
    .option("--out <path>", "file for the predictions of one table, folder for those of several")
    .option("--on-error <what>", "bad cells: fail, skip the row, or take the cell as missing (fail)");
  withConnection(withTaskOptions(named)).action((model: string, tables: string[], flags: PredictFlags) =>
    run((context) =>
      connected(context, flags, ({ client, signal }) => {
        const options = flags.onError === undefined ? [] : [`on_error=${flags.onError}`];
        const paths = [model, ...tables];
        return predictWith({ context, client, signal, task: predict.name, paths, flags, options });
      }),
    ),
  );
}

async function predictWith(job: ModelJob): Promise<number> {
  const [model, ...tables] = await runModelJob(job);
  // The result of the model only lists the tables.
  if (model !== undefined && model.state !== "done")
    return reportResults(job, [{ view: model, path: undefined }]);
  const results: SavedResult[] = [];
  for (const view of tables) results.push(await saveResult(job, view, pathOf(job, view.filename)));
  return reportResults(job, results);
}

/** Where the predictions of a table go. */
function pathOf({ flags: { out }, paths }: ModelJob, filename: string): string {
  const name = predict.resultName(stemOf(filename), {});
  if (out === undefined) return name;
  return paths.length === 2 && !out.endsWith("/") ? out : join(out, name);
}

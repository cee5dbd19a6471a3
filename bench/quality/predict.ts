import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processHere } from "../../shared/tasks/inProcess.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { CorpusFile, QualityCheck } from "./check.ts";
import { NETCOMPUTE, readTable } from "./train.ts";

/** Rows that may differ: the reference forest was drawn from other random numbers. */
const AGREEMENT = 0.8;

/** From the table of NetCompute to its submission: passengers in their order, one column of predictions. */
export const check: QualityCheck = {
  task: "predict",
  folder: "ml",
  jobs: async (files) => {
    const table = files.find(({ file }) => file === "netcompute/netcompute-processed_train.csv");
    const test = files.filter(({ file }) => file === "netcompute/netcompute-processed_test.csv");
    if (table === undefined) return [];
    const model = await modelFrom(table);
    const options = { keep: ["PassengerId"], prediction: "Survived", probabilities: false };
    return [{ options, files: [...test, model] }];
  },
  score: async (_jobs, [outcomes = []], corpus) => {
    const [outcome] = outcomes;
    if (!outcome?.ok)
      return [{ name: "submission of NetCompute", value: "none", target: "there", met: false }];
    const lines = outcome.body.toString("utf8").trimEnd().split("\n");
    const wanted = await readTable(join(corpus, "netcompute/netcompute-submission_check.csv"));
    const inOrder = wanted.filter(({ PassengerId }, at) => lines[at + 1]?.startsWith(`${PassengerId},`));
    const same = wanted.filter(
      ({ PassengerId, Survived }, at) => lines[at + 1] === `${PassengerId},${Survived}`,
    );
    const share = Number((same.length / wanted.length).toFixed(3));
    return [
      {
        name: "submission of NetCompute: passengers in their order",
        value: `${inOrder.length} of ${wanted.length}, header ${lines[0]}`,
        target: "all",
        met: inOrder.length === wanted.length && lines[0] === "PassengerId,Survived",
      },
      {
        name: "predictions as in NetCompute's own",
        value: share,
        target: `>= ${AGREEMENT}`,
        met: share >= AGREEMENT,
      },
    ];
  },
};

async function modelFrom({ file, path }: CorpusFile): Promise<CorpusFile> {
  const tables = [{ filename: file, body: await readFile(path) }];
  const [outcome] = await processHere(taskNamed("train"), tables, NETCOMPUTE);
  if (!outcome?.ok || !(outcome.body instanceof Uint8Array))
    throw new Error("NetCompute's table gives no model");
  const model = join(await mkdtemp(join(tmpdir(), "manyhands-quality-")), "model.json");
  await writeFile(model, outcome.body);
  return { file: "model.json", path: model, expect: "ok", entry: {} };
}

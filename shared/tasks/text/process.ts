import { jsonResult, onlyFile } from "../result.ts";
import type { JsonObject, StepContext, StepFile, StepInput, StepOutput, TaskProcess } from "../task.ts";
import { createAfinn } from "./afinn.ts";
import { planOf, readText, type TextPlan } from "./blocks.ts";
import { TEXT_SCHEMA, type TextOptions } from "./options.ts";
import { type Findings, report } from "./report.ts";
import { commonWordsOf } from "./stopWords.ts";
import { addTally, emptyTally, packTally, type TallyTools, tallyOf, unpackTally } from "./tally.ts";
import { createVader } from "./vader/score.ts";

const scorers = once(() => ({ vader: createVader(), afinn: createAfinn() }));

export const textProcess: TaskProcess = {
  steps: { analyse, scan, block, merge },
  warmUp: async () => void scorers(),
};

/** A file -> its result. @throws FileError `wrong_type`, `too_large`, `unsupported_encoding`. */
async function analyse({ files, options }: StepInput, context: StepContext): Promise<StepOutput> {
  const chosen = options as TextOptions;
  const file = onlyFile(files);
  const decoded = await readText(file, chosen);
  const plan = planOf(decoded, chosen);
  const tools = toolsFor(plan.language.tag, chosen);
  const tally = emptyTally();
  plan.spans.forEach((span, at) => {
    addTally(tally, tallyOf(decoded.text, span, tools), chosen.sentences);
    context.progress((at + 1) / plan.spans.length);
  });
  const short = tally.characters <= chosen.whole_text_characters;
  const whole = short ? tools.vader(decoded.text) : null;
  return resultOf(file, { ...plan, tally, whole, options: chosen });
}

/** A large file -> its Plan as JSON. @throws FileError like `analyse`. */
async function scan({ files, options }: StepInput): Promise<StepOutput> {
  const chosen = options as TextOptions;
  const plan = planOf(await readText(onlyFile(files), chosen), chosen);
  return { body: Buffer.from(JSON.stringify(plan), "utf8") };
}

/** A large file and its plan -> the tally of one of its blocks; `args`: the `block`. */
async function block({ files, args, options }: StepInput): Promise<StepOutput> {
  const chosen = options as TextOptions;
  const [file, planFile] = files;
  if (file === undefined || planFile === undefined) throw new Error("block takes two files");
  const plan = await readPlan(planFile);
  const span = plan.spans[Number(args.block)];
  if (span === undefined) throw new Error(`the plan has no block ${args.block}`);
  const text = await textOf(file, chosen);
  return { body: packTally(tallyOf(text, span, toolsFor(plan.language.tag, chosen))) };
}

/** The plan of a large file and the tallies of its blocks -> its result; `args`: its `filename` and `sha256`. */
async function merge({ files, args, options }: StepInput, context: StepContext): Promise<StepOutput> {
  const chosen = options as TextOptions;
  const [planFile, ...blocks] = files;
  if (planFile === undefined) throw new Error("merge takes a plan");
  const plan = await readPlan(planFile);
  const tally = emptyTally();
  for (const part of blocks) {
    addTally(tally, unpackTally(await part.read()), chosen.sentences);
    context.progress();
  }
  const file = { filename: String(args.filename), sha256: String(args.sha256) };
  return resultOf(file, { ...plan, tally, whole: null, options: chosen });
}

function resultOf(file: Pick<StepFile, "filename" | "sha256">, findings: Findings): StepOutput {
  const { fields, summary }: { fields: JsonObject; summary: string } = report(findings);
  return jsonResult({ task: "text", schemaVersion: TEXT_SCHEMA, file, summary }, fields);
}

function toolsFor(language: string, { sentences }: TextOptions): TallyTools {
  return { ...scorers(), commonWords: commonWordsOf(language), sentences };
}

async function readPlan(file: StepFile): Promise<TextPlan> {
  return JSON.parse((await file.read()).toString("utf8"));
}

let lastText: { readonly key: string; readonly text: string } | undefined;

/** Blocks of one file follow each other in a child: it is decoded once for all of them. */
async function textOf(file: StepFile, options: TextOptions): Promise<string> {
  const key = `${file.sha256} ${options.encoding}`;
  if (lastText?.key !== key) {
    lastText = undefined;
    lastText = { key, text: (await readText(file, options)).text };
  }
  return lastText.text;
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

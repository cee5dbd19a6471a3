import { isUncertain, UNCERTAIN_ENCODING } from "../../media/text/decode.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { Step, StepFile, StepOutput, TaskHead } from "../task.ts";
import { createAfinn } from "./afinn.ts";
import { planOf, readText, type TextPlan } from "./blocks.ts";
import { detector } from "./detector.ts";
import type { TextOptions } from "./options.ts";
import { type Findings, report } from "./report.ts";
import { commonWordsOf } from "./stopWords.ts";
import { addTally, emptyTally, packTally, type TallyTools, tallyOf, unpackTally } from "./tally.ts";
import { createVader } from "./vader/score.ts";

const scorers = once(() => ({ vader: createVader(), afinn: createAfinn() }));

export async function warmUp(): Promise<void> {
  scorers();
  await detector();
}

/** A file -> its result. @throws FileError `wrong_type`, `too_large`, `unsupported_encoding`. */
const analyse: Step<TextOptions> = async ({ task, files, options }, context) => {
  const file = onlyFile(files);
  const decoded = await readText(file, options);
  const plan = await planOf(decoded, options);
  const tools = toolsFor(plan.language.tag, options);
  const tally = emptyTally();
  plan.spans.forEach((span, at) => {
    addTally(tally, tallyOf(decoded.text, span, tools), options.sentences);
    context.progress((at + 1) / plan.spans.length);
  });
  const short = tally.characters <= options.whole_text_characters;
  const whole = short ? tools.vader(decoded.text) : null;
  return resultOf(task, file, { ...plan, tally, whole, options });
};

/** A large file -> its Plan as JSON; `info` tells `run` the number of its blocks. @throws FileError like `analyse`. */
const scan: Step<TextOptions> = async ({ files, options }) => {
  const plan = await planOf(await readText(onlyFile(files), options), options);
  return { body: Buffer.from(JSON.stringify(plan), "utf8"), info: { blocks: plan.spans.length } };
};

/** A large file and its plan -> the tally of one of its blocks; `args`: the `block`. */
const block: Step<TextOptions> = async ({ files, args, options }) => {
  const [file, planFile] = files;
  if (file === undefined || planFile === undefined) throw new Error("block takes two files");
  const plan = await readPlan(planFile);
  const span = plan.spans[Number(args.block)];
  if (span === undefined) throw new Error(`the plan has no block ${args.block}`);
  const text = await textOf(file, options);
  return { body: packTally(tallyOf(text, span, toolsFor(plan.language.tag, options))) };
};

/** The plan of a large file and the tallies of its blocks -> its result; `args`: its `filename` and `sha256`. */
const merge: Step<TextOptions> = async ({ task, files, args, options }, context) => {
  const [planFile, ...blocks] = files;
  if (planFile === undefined) throw new Error("merge takes a plan");
  const plan = await readPlan(planFile);
  const tally = emptyTally();
  for (const part of blocks) {
    addTally(tally, unpackTally(await part.read()), options.sentences);
    context.progress();
  }
  const file = { filename: String(args.filename), sha256: String(args.sha256) };
  return resultOf(task, file, { ...plan, tally, whole: null, options });
};

export const steps = { analyse, scan, block, merge };

function resultOf(
  task: TaskHead,
  file: Pick<StepFile, "filename" | "sha256">,
  findings: Findings,
): StepOutput {
  const { fields, summary } = report(findings);
  const warnings = isUncertain(findings.decoded) ? [UNCERTAIN_ENCODING] : [];
  return jsonResult({ task, file, summary, warnings }, fields);
}

function toolsFor(language: string, { sentences }: TextOptions): TallyTools {
  return { ...scorers(), commonWords: commonWordsOf(language), sentences };
}

async function readPlan(file: StepFile): Promise<TextPlan> {
  return JSON.parse((await file.read()).toString("utf8"));
}

let lastText: { readonly key: string; readonly text: string } | undefined;

/** A child often gets several blocks of one file in succession, so it keeps the last decoded text. */
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

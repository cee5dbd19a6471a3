import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { samplesOf } from "../cli/files/samples.ts";
import { processHere } from "../shared/tasks/inProcess.ts";
import { TASKS } from "../shared/tasks/registry.ts";
import type { TaskDefinition } from "../shared/tasks/task.ts";
import { layout } from "./jsonLayout.ts";

/** Makes a real result of each task from the sample files, for docs/tasks/*.md. */

/** Where the page shows something else than the demo's files with the default options. */
const SHOWN: Readonly<Record<string, Partial<Sample>>> = {
  embedding: { options: { neighbours: 1 } },
  audio: { options: { waveform_points: 2 } },
  document: { files: [join(import.meta.dirname, "../examples/files/page.pdf")] },
};

interface Sample {
  /** Paths; the first file's result is shown. */
  readonly files: readonly string[];
  readonly options: object;
}

const MOST_ELEMENTS = 2;
const MOST_CHARACTERS = 100;

/** The JSON result of the task's sample, cut; for a task whose results are not JSON, the facts beside its result. */
export async function sampleResult(task: TaskDefinition): Promise<unknown> {
  const { files, options } = await sampleOf(task);
  const others = TASKS.filter((other) => other !== task);
  const read = async (path: string) => ({ filename: basename(path), body: await readFile(path) });
  const [outcome] = await processHere([task, ...others], await Promise.all(files.map(read)), options);
  if (outcome?.ok !== true) throw new Error(`${task.name}: the sample ${files[0]} has no result`);
  const { body } = outcome;
  if (task.resultType(task.options.parse(options)) === "application/json")
    return cut(
      JSON.parse(
        body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : await readFile(body.path, "utf8"),
      ),
    );
  return cut({ summary: outcome.summary, info: outcome.info });
}

/** All samples for a task over the whole job; one for a task that reads each file by itself. */
async function sampleOf(task: TaskDefinition): Promise<Sample> {
  const { files, options = task.sampleOptions ?? {} } = SHOWN[task.name] ?? {};
  const samples = files ?? (await samplesOf(task));
  return { files: task.run === undefined ? samples.slice(0, 1) : samples, options };
}

/** The lines of a task's page that show the result. */
export async function resultBlock(task: TaskDefinition): Promise<string> {
  const { files, options } = await sampleOf(task);
  const [shown = "", ...others] = files.map((file) => `\`${basename(file)}\``);
  const beside = others.length === 0 ? "" : `, in a job with ${others.join(" and ")}`;
  const set = Object.keys(options).length === 0 ? "" : `, with the options \`${JSON.stringify(options)}\``;
  return `The result of ${shown} in [examples/files](../../examples/files/)${beside}${set}. Lists are cut after ${MOST_ELEMENTS} elements here, texts after
${MOST_CHARACTERS} characters.

\`\`\`json
${layout(await sampleResult(task))}
\`\`\`
`;
}

/** The JSON of a page's block of code. */
export function resultOfPage(page: string): unknown {
  return JSON.parse(/^```json\n(.*?)^```/ms.exec(page)?.[1] ?? "null");
}

function cut(value: unknown): unknown {
  if (typeof value === "string")
    return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS - 1)}…` : value;
  if (Array.isArray(value)) return value.slice(0, MOST_ELEMENTS).map(cut);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cut(member)]));
}

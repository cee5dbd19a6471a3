import { z } from "zod";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { FileRef, RunContext, TaskDefinition } from "../../shared/tasks/task.ts";
import type { RunWarning } from "../../shared/warnings.ts";
import type { Slave } from "../fleet/slave.ts";
import { CLASSIC_WHOLE_JOB_TASK } from "./kind.ts";
import { DROPPED, WHOLE_JOB_STEP } from "./plainLease.ts";

const wholeAnswer = z.array(z.string().nullable());

/** A job with its bytes: a classic slave answers for all files in one document, which the master takes apart. */
export interface WholeJob extends RunContext {
  /** Stores a result. The same name must always get the same bytes. */
  put(name: string, body: Uint8Array): Promise<FileRef>;
  read(file: FileRef): Promise<Buffer>;
}

/** The run of a task that classic slaves do for whole jobs only, while there are no other slaves; else undefined. */
export function wholeJobRun(
  { name }: Pick<TaskDefinition, "name">,
  slaves: readonly Slave[],
): ((job: WholeJob) => Promise<void>) | undefined {
  const alive = slaves.filter(({ state }) => state === "alive");
  const isClassicFleet = alive.length > 0 && alive.every(({ classic }) => classic);
  return isClassicFleet && name === CLASSIC_WHOLE_JOB_TASK ? runClassic : undefined;
}

/** Options of the Python service, which no request can change. */
const CLASSIC_OPTIONS = { max_features: 100, stop_words: "english" };

const OTHER_OPTIONS: RunWarning = {
  code: "classic_options",
  message:
    "Only slaves of the Python service were there: they keep the 100 most frequent terms, leave English stop words out, and follow no option.",
};

async function runClassic(job: WholeJob): Promise<void> {
  if (!followsClassic(job.options)) await job.warn(OTHER_OPTIONS);
  await runWholeJob(job);
}

/** A job as one unit, for slaves that know no steps: all files in one request, one answer with all results. */
async function runWholeJob(job: WholeJob): Promise<void> {
  for await (const part of job.map("whole", WHOLE_JOB_STEP, [{ files: job.inputs }])) {
    if (!part.ok) {
      for (const { index } of job.inputs) await job.publish(index, part);
      return;
    }
    const data = wholeAnswer.parse(JSON.parse((await job.read(part.file)).toString("utf8")));
    for (const { index, filename } of job.inputs) {
      const base64 = data[index];
      if (base64 === null || base64 === undefined) {
        await job.publish(index, { ok: false, ...DROPPED });
        continue;
      }
      await job.publish(index, { ok: true, file: await job.put(filename, Buffer.from(base64, "base64")) });
    }
  }
}

/** Whether a job asks for what the Python service does. */
function followsClassic(options: object): boolean {
  const { options: schema } = taskNamed(CLASSIC_WHOLE_JOB_TASK);
  return JSON.stringify(schema.parse(CLASSIC_OPTIONS)) === JSON.stringify(options);
}

import { CodedError } from "../../../shared/errors.ts";
import { type LocalInput, lookAtAll } from "../../files/look.ts";
import type { Journal, OpenBatch } from "../../journal/journal.ts";
import type { FleetClient } from "../../sdk/index.ts";
import { emptyOutcome } from "../jobOutcome.ts";
import { inputOf } from "./batchInput.ts";
import type { BatchRun } from "./batchRun.ts";
import type { WantedFiles } from "./wanted.ts";

/** Most files of a job. After a crash of the command at most these are sent a second time. */
const MOST_FILES = 1_000;
/** Bytes of a job, beyond which the next file goes to the next job. */
const MOST_BYTES = 1024 ** 3;

/** Sends the files in batches as they are found. */
export async function sendAll(files: AsyncIterable<WantedFiles>, run: BatchRun): Promise<void> {
  let batch: LocalInput[] = [];
  let bytes = 0;
  const flush = async () => {
    const full = batch;
    batch = [];
    bytes = 0;
    if (full.length > 0) await run.send(full);
  };
  for await (const { inputs, isPause } of files) {
    for (const input of inputs) {
      if (batch.length === MOST_FILES || bytes + (input.bytes ?? 0) > MOST_BYTES) await flush();
      batch.push(input);
      bytes += input.bytes ?? 0;
    }
    if (isPause) await flush();
  }
  await flush();
}

interface ResumeDeps {
  readonly client: FleetClient;
  readonly signal: AbortSignal;
  readonly journal: Journal;
  readonly run: BatchRun;
}

/** Comes back to the batches that another run of the command left. */
export async function resume(deps: ResumeDeps): Promise<void> {
  for (const [key, batch] of [...deps.journal.batches]) await resumeOne(key, batch, deps);
}

/** A job is followed on. A batch whose answer did not arrive is sent again under its key, unless a file has changed. */
async function resumeOne(key: string, { files, job }: OpenBatch, deps: ResumeDeps): Promise<void> {
  const { client, signal, journal, run } = deps;
  const inputs = files.map(inputOf);
  if (job === undefined) {
    if (await areSame(inputs)) await run.send(inputs, key);
    else await journal.ended(key);
    return;
  }
  try {
    const found = await client.jobs.get(job.id, { signal });
    const sent = job.files.flatMap((index) => inputs[index] ?? []);
    run.follow({ key, inputs, outcome: emptyOutcome(), job: found, sent, isContinued: true });
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "no_such_job") throw error;
    await journal.ended(key);
  }
}

async function areSame(before: readonly LocalInput[]): Promise<boolean> {
  const files = before.map(({ raw, path, name }) => ({ path: raw ?? path, name }));
  const { inputs } = await lookAtAll(files);
  const now = new Map(inputs.map((input) => [input.path, input]));
  return before.every(({ path, bytes, modified }) => {
    const found = now.get(path);
    return found !== undefined && found.bytes === bytes && found.modified === modified;
  });
}

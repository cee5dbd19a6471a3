import type { JobCache } from "../../shared/contract/requests.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { type LocalInput, unreadable } from "../files/look.ts";
import type { Progress } from "../output/progress.ts";
import type { FileInput, Job } from "../sdk/index.ts";
import type { FetchRequest } from "./fetching.ts";
import { followJob } from "./followJob.ts";
import type { JobOutcome } from "./jobOutcome.ts";

export interface JobRequest extends FetchRequest {
  readonly task: string;
  readonly options: JsonObject;
  /** 1 to 10; the master's default unless said. */
  readonly priority?: number | undefined;
  /** What becomes of results on record; the master's default unless said. */
  readonly cache?: JobCache | undefined;
  /** Where the master tells the end of the job. */
  readonly callback?: string | undefined;
  readonly inputs: readonly LocalInput[];
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly progress: Progress;
  /** A key of its own unless said. */
  readonly idempotencyKey?: string | undefined;
}

/** A job that the master has on disk, and its files on this machine by their index in the job. */
export interface SubmittedJob {
  readonly job: Job;
  readonly sent: readonly LocalInput[];
}

/** Sends the inputs as one job, follows the job until it ends, and fetches results as they appear. */
export async function sendJob(request: JobRequest, outcome: JobOutcome): Promise<void> {
  await followJob({ ...request, ...(await submitJob(request, outcome)) }, outcome);
}

/** Sends the inputs as one job, again when the connection breaks. */
export async function submitJob(request: JobRequest, outcome: JobOutcome): Promise<SubmittedJob> {
  const { client, inputs, progress, signal, task, options, priority, cache, callback, idempotencyKey } =
    request;
  const byFile = new Map<FileInput, LocalInput>(inputs.map((input) => [fileOf(input, request), input]));
  const sent: LocalInput[] = [];
  progress.sending(inputs.length, totalBytes(inputs));
  const job = await client.submit(task, [...byFile.keys()], {
    ...{ options, priority, cache, callback, signal, idempotencyKey },
    onBegin: (file, index) => {
      // After a broken connection the first file begins again.
      sent.length = index;
      const input = byFile.get(file);
      if (input !== undefined) sent.push(input);
      outcome.allBegun = sent.length + outcome.unreadable.size >= inputs.length;
    },
    onSent: (bytes) => progress.sent(bytes),
    onUnreadable: (file, error) => {
      const path = byFile.get(file)?.path ?? "";
      outcome.unreadable.set(path, unreadable(path, error));
    },
  });
  outcome.job = job;
  return { job, sent };
}

function fileOf(input: LocalInput, { stdin }: JobRequest): FileInput {
  return input.isStdin
    ? { name: input.name, stream: stdin }
    : { name: input.name, path: input.raw ?? input.path };
}

function totalBytes(inputs: readonly LocalInput[]): number | undefined {
  let total = 0;
  for (const { bytes } of inputs) {
    if (bytes === undefined) return undefined;
    total += bytes;
  }
  return total;
}

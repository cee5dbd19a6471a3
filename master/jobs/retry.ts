import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import { isFinal } from "../../shared/contract/jobs.ts";
import type { RetryWish } from "../../shared/contract/requests.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import { validOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import { newJobId } from "../record/jobId.ts";
import { jobName } from "../record/jobName.ts";
import type { JobInput } from "../record/newJob.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ByteStore } from "../store/port.ts";
import type { FollowedJob } from "./followed.ts";
import { type IntakeDeps, type IntakeTerms, takeIn } from "./intake.ts";

/** Inputs that are copied at the same time. */
const COPIES_AT_ONCE = 16;

export interface RetryDeps {
  readonly jobs: Pick<RecordOfJobs, "pages">;
  readonly store: Pick<ByteStore, "stat" | "get" | "put" | "remove">;
  readonly intake: IntakeDeps;
}

/** `options` replace those of the job. Its secret options are forgotten, so they must be given again. */
export interface Retried extends RetryWish {
  readonly record: JobRecord;
}

/**
 * A new job with files of this one: by default those that failed or were cancelled, and all of a task whose files belong
 * together. It has copies of their bytes, so that either job can be purged without the other.
 * @throws AppError `job_running`, `nothing_to_retry` (409), `inputs_gone` (410); RequestError `bad_options`
 */
export async function retryJob(
  deps: RetryDeps,
  { record, options: changed, files: wanted }: Retried,
  terms: Pick<IntakeTerms, "client" | "request" | "requestId">,
): Promise<FollowedJob> {
  if (!isFinal(record.state)) {
    throw new AppError("job_running", `Job ${record.id} is not over yet.`, { status: 409, retryAfter: 5 });
  }
  const task = taskNamed(record.task);
  refuseOtherInputs(task, changed);
  const all: FileRecord[] = [];
  for await (const page of deps.jobs.pages(record.id)) all.push(...page);
  const found = all.filter(wantedOf(wanted));
  if (found.length === 0) throw nothingToRetry(record, wanted);
  const again = task.retriesAll ? all : found;
  const options = validOptions(task, { ...record.options, ...changed });
  const id = newJobId();
  const files = await copies(deps.store, id, again);
  try {
    const { budgets, priority, callback } = record;
    // A name that was made of the names of its files is made anew of those that are left.
    const name = record.name === jobName(all) ? jobName(again) : record.name;
    const target = callback && { url: callback.url, fromLoopback: callback.fromLoopback };
    // Who tries again wants the work done again.
    const cache = record.cache ?? "refresh";
    const spec = { id, name, task, options, budgets, priority, cache, callback: target, files };
    return await takeIn(deps.intake, spec, { ...terms, durable: true, retryOf: record.id });
  } catch (error) {
    await deps.store.remove(files.map(({ key }) => key));
    throw error;
  }
}

/** The files of a job are there already: another name would change the options and nothing else. */
function refuseOtherInputs({ namedInputs }: TaskDefinition, changed: object): void {
  const named = Object.keys(changed).find((option) => Object.hasOwn(namedInputs, option));
  if (named === undefined) return;
  const hint = `A retry has the files of its job. Send a new job to change ${named}.`;
  throw new RequestError("bad_options", `The option ${named} cannot be changed by a retry.`, {
    details: { field: `options.${named}`, hint },
  });
}

function wantedOf(files: RetryWish["files"]): (file: FileRecord) => boolean {
  if (files === "all") return () => true;
  if (files === "failed") return ({ state }) => state === "failed" || state === "cancelled";
  const indexes = new Set(files);
  return ({ index }) => indexes.has(index);
}

function nothingToRetry({ id }: JobRecord, files: RetryWish["files"]): AppError {
  const why = files === "failed" ? `Every file of job ${id} is done.` : `Job ${id} has no such file.`;
  return new AppError("nothing_to_retry", why, { status: 409 });
}

async function copies(
  store: RetryDeps["store"],
  group: string,
  files: readonly FileRecord[],
): Promise<JobInput[]> {
  const made: JobInput[] = [];
  try {
    await eachAtMost(files.entries(), COPIES_AT_ONCE, async ([index, file]) => {
      made[index] = await copy(store, group, { ...file, index });
    });
    return made;
  } catch (error) {
    // `made` has holes where a copy failed; `flatMap` skips them.
    await store.remove(made.flatMap(({ key }) => key));
    throw error;
  }
}

async function copy(store: RetryDeps["store"], group: string, file: JobInput): Promise<JobInput> {
  const { index, filename, path } = file;
  if ((await store.stat(file.key)) === undefined) throw inputsGone(filename);
  const { key, bytes, sha256 } = await store.put(await store.get(file.key), { group });
  return { index, filename, path, key, bytes, sha256 };
}

function inputsGone(filename: string): AppError {
  return new AppError(
    "inputs_gone",
    `The bytes of ${filename} are no longer kept. Send the files again as a new job.`,
    { status: 410, details: { filename } },
  );
}

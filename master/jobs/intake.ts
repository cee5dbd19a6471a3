import type { JobCache } from "../../shared/contract/requests.ts";
import { type AppError, RequestError, UnavailableError } from "../../shared/errors.ts";
import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import { parseOptions, splitOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import type { CallbackTarget } from "../record/callback.ts";
import type { CreatedJob, JobInput, NewJob } from "../record/newJob.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ByteStore } from "../store/port.ts";
import { parseBudgets } from "./budgetField.ts";
import type { FollowedJob } from "./followed.ts";
import type { KnownResults } from "./knownResults.ts";
import type { JobRunner } from "./runner.ts";
import type { Waiters } from "./waiters.ts";

/** An upload whose bytes are in the store and whose fields are not checked yet. */
export interface Upload {
  /** The job's id, and the group of its files in the store. */
  readonly id: string;
  /** Name for people, if the client gave one. */
  readonly name?: string | undefined;
  readonly taskType: string;
  /** The field `options`, as text. */
  readonly options: string | undefined;
  /** The field `budgets`, as text. */
  readonly budgets?: string | undefined;
  readonly priority: number;
  readonly cache?: JobCache | undefined;
  readonly callback?: CallbackTarget | undefined;
  readonly files: readonly UploadedFile[];
  /** Whether the client of the Python service sent it. */
  readonly isClassic: boolean;
}

export interface UploadedFile {
  readonly field: string;
  /** Without folders. */
  readonly filename: string;
  /** Safe relative path; undefined when it is `filename`. */
  readonly path: string | undefined;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface IntakeDeps {
  readonly jobs: Pick<RecordOfJobs, "create">;
  readonly store: Pick<ByteStore, "flush">;
  readonly runner: Pick<JobRunner, "start" | "load" | "refuseWhenStopping">;
  readonly known: Pick<KnownResults, "of" | "drop">;
  /** For jobs that do not say. */
  readonly cache: Exclude<JobCache, "refresh">;
  readonly waiters: Pick<Waiters, "bind">;
  /** Whether a job takes plain result names over from earlier jobs. */
  readonly replaceNames: boolean;
  readonly limits: { readonly maxQueuedUnits: number; readonly maxQueuedBytes: number };
  /** Seconds until such a share of the files that wait is probably done. */
  readonly secondsUntilDone: (share: number) => number;
}

/** Everything that makes a job, checked. */
export interface JobSpec {
  readonly id: string;
  readonly name?: string | undefined;
  readonly task: TaskDefinition;
  readonly options: object;
  readonly budgets: MaybeBudgets | undefined;
  /** Weight in the fair share, 1 to 10. */
  readonly priority: number;
  readonly cache?: JobCache | undefined;
  /** Where its end is told. */
  readonly callback?: CallbackTarget | undefined;
  readonly files: readonly JobInput[];
}

export interface IntakeTerms extends Pick<NewJob, "request" | "requestId" | "retryOf"> {
  /** Name of the client's token; undefined when no token is set. */
  readonly client: string | undefined;
  /** Whether the job must survive a power loss before the answer. */
  readonly durable: boolean;
  /** Aborted when the client that waits for the job leaves. */
  readonly gone?: AbortSignal;
}

/**
 * Checks an upload as a whole.
 * @throws RequestError `unknown_task`, `bad_options`, `bad_budgets`, `wrong_field`, `no_files`
 */
export function jobSpecOf(upload: Upload): JobSpec {
  const { id, name, taskType, options, budgets, priority, cache, callback, files, isClassic } = upload;
  const task = taskNamed(taskType);
  const unsaid = isClassic ? task.classicOptions : undefined;
  const asked = { options: parseOptions(task, options, unsaid), budgets: parseBudgets(budgets) };
  return { id, name, task, ...asked, priority, cache, callback, files: inputsOf(task, files) };
}

/**
 * Records a job and starts it.
 * @throws UnavailableError `queue_full` (429), `stopping`
 */
export async function takeIn(deps: IntakeDeps, spec: JobSpec, terms: IntakeTerms): Promise<FollowedJob> {
  const { durable } = terms;
  // Before the job is recorded: the next start would run a job whose files the caller removes after an error.
  deps.runner.refuseWhenStopping();
  refuseWhenFull(deps);
  const { record, files } = await created(deps, spec, terms);
  const job = await deps.runner.start(record, files);
  if (!durable) deps.waiters.bind(job);
  return job;
}

/** Records the job, with the results that are on record for its files. */
async function created(deps: IntakeDeps, spec: JobSpec, terms: IntakeTerms): Promise<CreatedJob> {
  const { jobs, store, known, replaceNames } = deps;
  const { id, task, options, cache: wish = deps.cache } = spec;
  const cache = wish === "use" || task.reuse === undefined ? {} : { cache: wish };
  const { client, gone } = terms;
  const files = await known.of({ id, task, options, files: spec.files, client, gone, ...cache });
  try {
    const { durable } = terms;
    // A file that is done on record needs its result also after a power loss.
    if (durable || files.some(({ cached }) => cached !== undefined)) await store.flush();
    const resultName = (stem: string) => task.resultName(stem, options);
    // Copying may have taken long.
    deps.runner.refuseWhenStopping();
    const named = files.map((file) => ({ ...file, resultName }));
    return await jobs.create({ ...newJobOf(spec, terms), ...cache, files: named }, { durable, replaceNames });
  } catch (error) {
    await known.drop(files);
    throw error;
  }
}

function newJobOf(
  { id, name, task, options, budgets, priority, callback }: JobSpec,
  { durable: _, gone: __, client, ...terms }: IntakeTerms,
): Omit<NewJob, "files"> {
  return {
    id,
    task: task.name,
    ...splitOptions(task, options),
    priority,
    seed: seedOf(id),
    createdAt: Date.now(),
    ...(name === undefined ? {} : { name }),
    ...(budgets === undefined ? {} : { budgets }),
    ...(callback === undefined ? {} : { callback }),
    ...(client === undefined ? {} : { client }),
    ...terms,
  };
}

/** All files must stand under fields of the task: a file under another field is a mistake of the client. */
function inputsOf(task: TaskDefinition, files: readonly UploadedFile[]): JobInput[] {
  const fields = [task.field, ...task.otherFields];
  const stray = files.find((file) => !fields.includes(fieldName(file)));
  if (stray !== undefined) throw wrongField(task, stray);
  if (files.length === 0) throw noFiles(task);
  return files.map(({ key, filename, path, bytes, sha256 }, index) => ({
    index,
    key,
    filename,
    path,
    bytes,
    sha256,
  }));
}

/** Some clients name repeated fields `texts[]`. */
export function fieldName(file: Pick<UploadedFile, "field">): string {
  return file.field.replace(/\[\]$/, "");
}

function wrongField(task: TaskDefinition, stray: UploadedFile): AppError {
  return new RequestError("wrong_field", `No files provided for ${task.name} processing`, {
    details: {
      field: stray.field,
      valid_values: [task.field, ...task.otherFields],
      hint: `The file ${stray.filename} came under "${stray.field}"; ${task.name} takes its files under "${task.field}".`,
    },
  });
}

function noFiles(task: TaskDefinition): AppError {
  return new RequestError("no_files", `No files provided for ${task.name} processing`, {
    details: {
      field: task.field,
      hint: `Send one or more files under "${task.field}" as multipart/form-data.`,
    },
  });
}

function refuseWhenFull({ runner, limits, secondsUntilDone }: IntakeDeps): void {
  const { files, bytes } = runner.load();
  const { maxQueuedUnits, maxQueuedBytes } = limits;
  if (files <= maxQueuedUnits && bytes <= maxQueuedBytes) return;
  const share = Math.max(
    (files - maxQueuedUnits) / Math.max(1, files),
    (bytes - maxQueuedBytes) / Math.max(1, bytes),
  );
  throw new UnavailableError(
    "queue_full",
    "Too much is waiting already (MAX_QUEUED_UNITS, MAX_QUEUED_BYTES).",
    { status: 429, retryAfter: secondsUntilDone(share) },
  );
}

/** The seed follows from the id, so that a replay draws the same random numbers. */
function seedOf(id: string): number {
  let seed = 0;
  for (const character of id) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return seed;
}

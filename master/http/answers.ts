import type { Response } from "express";
import { isCode } from "../../shared/codes.ts";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { type AssignLine, type FileView, isFinal } from "../../shared/contract/jobs.ts";
import { UnavailableError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import { type FollowedJob, filesAsTheyEnd } from "../jobs/followed.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";
import { type AnswerLists, assignSummary, failedFiles, savedFiles } from "./assignViews.ts";
import { appliedPreferences, type Preferences } from "./prefer.ts";
import { eachPage, jsonWithLists, type Lists, pause, sendJson, untilGone, write } from "./streams.ts";
import { fileView, hasJsonResults, jobView } from "./views.ts";

export interface AnswerDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "pages" | "pagesByEnd">;
  readonly store: Pick<ByteStore, "read">;
  readonly results: ResultsFolder;
}

/** `Retry-After` of a job that ended because there was no slave, in seconds. */
const RETRY_SECONDS = 5;

export interface Answering {
  readonly res: Response;
  readonly prefer: Preferences;
}

/** Answer to `Prefer: respond-async`: 202; with `wait=N` the whole answer when the job ends in time. */
export async function answerLater(
  deps: AnswerDeps,
  job: FollowedJob,
  { res, prefer }: Answering,
): Promise<void> {
  const { waitSeconds = 0 } = prefer;
  const over = waitSeconds > 0 && (await endsWithin(job, waitSeconds, untilGone(res)));
  if (over) await answerWhole(deps, job, { res, prefer });
  else await answerAccepted(deps, job, { res, prefer });
}

/** Resolves with whether the job ended within this time. */
export async function endsWithin(job: FollowedJob, seconds: number, gone: AbortSignal): Promise<boolean> {
  const enough = new AbortController();
  const waited = pause(seconds, AbortSignal.any([gone, enough.signal])).then(() => false);
  const over = await Promise.race([job.ended.then(() => true), waited]);
  enough.abort();
  return over;
}

/** 202: the job and its files are on disk, and the client asks for the result later. */
async function answerAccepted(deps: AnswerDeps, job: FollowedJob, { res, prefer }: Answering): Promise<void> {
  const record = await recordOf(deps, job);
  tellApplied(res, appliedPreferences(prefer, { accepted: true, inline: false }));
  res.status(202).location(`/jobs/${job.id}`);
  answerJson(res, jobView(record, { results: deps.results, live: job.progress }));
}

/** The whole answer after the end of the job. Its status is 422 when no file was done; the body is the same. */
export async function answerWhole(
  deps: AnswerDeps,
  job: FollowedJob,
  { res, prefer }: Answering,
): Promise<void> {
  const record = finalOf(await job.ended);
  if (res.destroyed) return;
  const inline = prefer.representation && hasJsonResults(record);
  tellApplied(res, appliedPreferences(prefer, { accepted: false, inline }));
  const { jobs, results } = deps;
  const files = await filesOf(jobs, record);
  const lists: Lists<AnswerLists> = {
    saved_files: eachPage(files(), (page) => savedFiles(record, page, results)),
    files: inline
      ? viewsWithResults(deps, record, files())
      : eachPage(files(), (page) => page.map((file) => fileView(record, file, { results }))),
    failed_files: eachPage(files(), (page) => failedFiles(record, page)),
  };
  const status = statusOf(record);
  if (status === 503) res.setHeader("Retry-After", RETRY_SECONDS);
  res.status(status);
  const fields = { kind: "answer", ...assignSummary(record, results) };
  await sendJson(res, jsonWithLists({ fields, lists }));
}

/** Sends a line for each file as it ends; the last line is always `end`. */
export async function answerLines(deps: AnswerDeps, job: FollowedJob, res: Response): Promise<void> {
  const gone = untilGone(res);
  const record = await recordOf(deps, job);
  res.status(200).type(NDJSON_TYPE).setHeader("X-Accel-Buffering", "no");
  const send = (line: AssignLine) => write(res, lineOf(line), gone);
  const { id, task: task_type, total: total_files } = record;
  const { jobs, results } = deps;
  const fileLine = (file: FileRecord) => lineOf({ type: "file", ...fileView(record, file, { results }) });
  await send({ type: "job", id, job_id: id, task_type, total_files });
  for await (const files of filesAsTheyEnd(jobs, job, { from: 0, signal: gone }))
    await write(res, files.map(fileLine).join(""), gone);
  const final = finalOf(await job.ended);
  if (gone.aborted) return;
  const files = await filesOf(jobs, final);
  const lists: Lists<"saved_files" | "failed_files"> = {
    saved_files: eachPage(files(), (page) => savedFiles(final, page, results)),
    failed_files: eachPage(files(), (page) => failedFiles(final, page)),
  };
  const fields = { type: "end", ...assignSummary(final, results) } satisfies Partial<AssignLine>;
  for await (const piece of jsonWithLists({ fields, lists })) await write(res, piece, gone);
  res.end();
}

function lineOf(line: AssignLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Files of a job up to this number are read once and held; those of a larger one are read again for each list. */
const HELD_FILES = 256;

/** Returns a function that gives the files of a job in the order of the upload. */
async function filesOf(
  jobs: Pick<RecordOfJobs, "pages">,
  { id, total }: JobRecord,
): Promise<() => AsyncIterable<readonly FileRecord[]>> {
  if (total > HELD_FILES) return () => jobs.pages(id);
  const held: (readonly FileRecord[])[] = [];
  for await (const page of jobs.pages(id)) held.push(page);
  return async function* () {
    yield* held;
  };
}

function tellApplied(res: Response, applied: string | undefined): void {
  if (applied !== undefined) res.setHeader("Preference-Applied", applied);
}

function statusOf(record: JobRecord): number {
  if (record.done > 0) return 200;
  if (record.state === "cancelled") return isCode(record.code, "no_slaves") ? 503 : 409;
  return 422;
}

async function* viewsWithResults(
  { results, store }: AnswerDeps,
  record: JobRecord,
  pages: AsyncIterable<readonly FileRecord[]>,
): AsyncGenerator<readonly FileView[]> {
  for await (const page of pages) {
    for (const file of page) {
      const view = fileView(record, file, { results });
      if (file.resultKey === undefined) yield [view];
      else yield [{ ...view, result: JSON.parse((await store.read(file.resultKey)).toString("utf8")) }];
    }
  }
}

async function recordOf(deps: AnswerDeps, job: FollowedJob): Promise<JobRecord> {
  const record = await deps.jobs.get(job.id);
  if (record === undefined) throw new Error(`job ${job.id} has no record`);
  return record;
}

/** @throws UnavailableError `stopping` when the master stops before the job ends; its next start runs the job on */
export function finalOf(record: JobRecord): JobRecord {
  if (isFinal(record.state)) return record;
  throw new UnavailableError("stopping", "The master stops; the job goes on when the master starts again.", {
    details: { job_id: record.id },
  });
}

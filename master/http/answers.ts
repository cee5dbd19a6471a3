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
import { jsonWithLists, type Lists, pause, sendJson, untilGone, write } from "./streams.ts";
import { fileView, hasJsonResults, jobView } from "./views.ts";

export interface AnswerDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "files">;
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
  const files = await allFiles(deps, job, record);
  const inline = prefer.representation && hasJsonResults(record);
  tellApplied(res, appliedPreferences(prefer, { accepted: false, inline }));
  const { results } = deps;
  const lists: Lists<AnswerLists> = {
    saved_files: savedFiles(record, files, results),
    files: inline ? viewsWithResults(deps, record, files) : views(deps, record, files),
    failed_files: failedFiles(record, files),
  };
  const status = statusOf(record);
  if (status === 503) res.setHeader("Retry-After", RETRY_SECONDS);
  res.status(status);
  const summary = { kind: "answer", ...assignSummary(record, files, results) };
  await sendJson(res, jsonWithLists(summary, lists), untilGone(res));
}

/** Sends a line for each file as it ends; the last line is always `end`. */
export async function answerLines(deps: AnswerDeps, job: FollowedJob, res: Response): Promise<void> {
  const gone = untilGone(res);
  const record = await recordOf(deps, job);
  res.status(200).type(NDJSON_TYPE).setHeader("X-Accel-Buffering", "no");
  const send = (line: AssignLine) => write(res, `${JSON.stringify(line)}\n`, gone);
  const sendFile = (file: FileRecord) =>
    send({ type: "file", ...fileView(record, file, { results: deps.results }) });
  await send({
    type: "job",
    id: record.id,
    job_id: record.id,
    task_type: record.task,
    total_files: record.total,
  });
  const told = new Set<number>();
  for await (const file of filesAsTheyEnd(job, 0, gone)) {
    told.add(file.index);
    await sendFile(file);
  }
  const final = finalOf(await job.ended);
  if (gone.aborted) return;
  const files = await allFiles(deps, job, record);
  for (const file of files) if (!told.has(file.index)) await sendFile(file);
  await send({
    type: "end",
    ...assignSummary(final, files, deps.results),
    saved_files: [...savedFiles(final, files, deps.results)],
    failed_files: [...failedFiles(final, files)],
  });
  res.end();
}

/** Files in the order of the upload. The record is read only when the end of the job ended some of them. */
async function allFiles(deps: AnswerDeps, job: FollowedJob, { id, total }: JobRecord) {
  if (job.endedFiles.length < total) return await deps.jobs.files(id);
  return job.endedFiles.toSorted((a, b) => a.index - b.index);
}

function tellApplied(res: Response, applied: string | undefined): void {
  if (applied !== undefined) res.setHeader("Preference-Applied", applied);
}

function statusOf(record: JobRecord): number {
  if (record.done > 0) return 200;
  if (record.state === "cancelled") return isCode(record.code, "no_slaves") ? 503 : 409;
  return 422;
}

function* views(
  { results }: AnswerDeps,
  record: JobRecord,
  files: readonly FileRecord[],
): Generator<FileView> {
  for (const file of files) yield fileView(record, file, { results });
}

function* viewsWithResults(
  { results, store }: AnswerDeps,
  record: JobRecord,
  files: readonly FileRecord[],
): Generator<Promise<FileView>> {
  const view = async (file: FileRecord) => {
    const plain = fileView(record, file, { results });
    if (file.resultKey === undefined) return plain;
    return { ...plain, result: JSON.parse((await store.read(file.resultKey)).toString("utf8")) };
  };
  for (const file of files) yield view(file);
}

async function recordOf(deps: AnswerDeps, job: FollowedJob): Promise<JobRecord> {
  const record = await deps.jobs.get(job.id);
  if (record === undefined) throw new Error(`job ${job.id} has no record`);
  return record;
}

/** @throws UnavailableError `stopping` when the master stops before the job ends; its next start runs the job on */
function finalOf(record: JobRecord): JobRecord {
  if (isFinal(record.state)) return record;
  throw new UnavailableError("stopping", "The master stops; the job goes on when the master starts again.", {
    details: { job_id: record.id },
  });
}

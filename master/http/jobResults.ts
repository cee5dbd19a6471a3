import type { RequestHandler } from "express";
import type { ResultList } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";
import { type FindJobDeps, findJob } from "./findJob.ts";
import { type FoundResult, findResult, sendFound, sendPath, setResultHeaders } from "./results.ts";
import { sendStored } from "./stored.ts";
import { fileView, jobView } from "./views.ts";
import { type ZipEntry, zipTo } from "./zip.ts";

export interface ListResultsDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "files">;
  readonly results: ResultsFolder;
}

/** `GET /jobs/<id>/results`: the files that are done, and the results of the job as a whole. */
export function listResults(deps: ListResultsDeps): RequestHandler {
  return async (req, res) => {
    const job = await findJob(deps, req);
    const { results } = deps;
    const done = await doneFiles(deps, job);
    const list: ResultList = {
      id: job.id,
      job_id: job.id,
      results: done.map((file) => ({ name: file.resultName, ...fileView(job, file, { results }) })),
      attachments: jobView(job, { results }).attachments,
      zip: `/jobs/${job.id}/results.zip`,
    };
    answerJson(res, list);
  };
}

export interface ShowResultDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "files" | "owner">;
  readonly store: ByteStore;
  readonly results: Pick<ResultsFolder, "folder">;
}

/** `GET /jobs/<id>/results/<name>`: this job's result of that name, also after a later job took the name over. */
export function showResult(deps: ShowResultDeps): RequestHandler {
  return async (req, res, next) => {
    const job = await findJob(deps, req);
    const name = String(req.params.name);
    const found = await inFolder(deps, job, name);
    if (found !== undefined) return sendFound(res, found, next);
    const wanted = (await resultsOf(deps, job)).find((entry) => entry.name === name);
    if (wanted === undefined)
      throw new AppError("no_such_result", "This job has no such result.", { status: 404 });
    if ((await deps.store.stat(wanted.key)) === undefined) throw gone(name);
    setResultHeaders(res, name, wanted.sha256);
    const path = deps.store.localFiles?.pathOf(wanted.key);
    if (path === undefined) await sendStored(deps.store, wanted, { req, res });
    else sendPath(res, path, next);
  };
}

/** The file in the results folder; undefined when the name is another job's, or the file has another size. */
async function inFolder(
  deps: ShowResultDeps,
  job: JobRecord,
  name: string,
): Promise<FoundResult | undefined> {
  const owner = await deps.jobs.owner(job.task, name);
  if (owner?.job !== job.id) return undefined;
  const found = await findResult(deps.results.folder, job.task, name);
  return found?.bytes === owner.bytes ? { ...found, ...owner } : undefined;
}

export interface ZipResultsDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "files">;
  readonly store: Pick<ByteStore, "get">;
}

/** `GET /jobs/<id>/results.zip`: the results that are done, streamed as a zip. */
export function zipResults(deps: ZipResultsDeps): RequestHandler {
  return async (req, res) => {
    const job = await findJob(deps, req);
    const entries = await resultsOf(deps, job);
    setResultHeaders(res, `${job.task}-${job.id}.zip`);
    if (req.method === "HEAD") return void res.end();
    await zipTo(res, deps.store, entries);
  };
}

interface FilesDeps {
  readonly jobs: Pick<RecordOfJobs, "files">;
}

interface StoredResult extends ZipEntry {
  readonly sha256?: string;
}

async function resultsOf(deps: FilesDeps, job: JobRecord): Promise<StoredResult[]> {
  const files = (await doneFiles(deps, job)).flatMap(
    ({ resultName, resultKey, resultBytes, resultSha256, endedAt }) =>
      resultKey === undefined || resultBytes === undefined
        ? []
        : [
            {
              name: resultName,
              key: resultKey,
              bytes: resultBytes,
              at: endedAt ?? job.createdAt,
              ...(resultSha256 === undefined ? {} : { sha256: resultSha256 }),
            },
          ],
  );
  const at = job.endedAt ?? job.createdAt;
  return [...files, ...job.attachments.map(({ name, key, bytes }) => ({ name, key, bytes, at }))];
}

async function doneFiles(deps: FilesDeps, job: JobRecord): Promise<FileRecord[]> {
  return (await deps.jobs.files(job.id)).filter((file) => file.state === "done");
}

function gone(name: string): AppError {
  return new AppError("result_gone", `The result ${name} is no longer kept.`, { status: 410 });
}

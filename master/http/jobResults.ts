import type { RequestHandler } from "express";
import { filesQuery } from "../../shared/contract/requests.ts";
import type { ResultList } from "../../shared/contract/results.ts";
import { AppError } from "../../shared/errors.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";
import { type FindJobDeps, findJob, nextPage, readQuery } from "./findJob.ts";
import { gone, sendKept } from "./keptResult.ts";
import { setResultHeaders } from "./results.ts";
import { eachPage, jsonWithLists, sendJson } from "./streams.ts";
import { fileView, jobView } from "./views.ts";
import { type ZipEntry, zipTo } from "./zip.ts";

export interface ListResultsDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "pages">;
  readonly results: ResultsFolder;
}

/** `GET /jobs/<id>/results`: the files that are done, and the results of the job as a whole. */
export function listResults(deps: ListResultsDeps): RequestHandler {
  return async (req, res) => {
    const range = readQuery(filesQuery, req.query);
    const job = await findJob(deps, req);
    const { results } = deps;
    const show = (page: readonly FileRecord[]) =>
      page.filter(isDone).map((file) => ({ name: file.resultName, ...fileView(job, file, { results }) }));
    const fields: Omit<ResultList, "results"> = {
      id: job.id,
      job_id: job.id,
      total: job.done,
      attachments: jobView(job, { results }).attachments,
      zip: `/jobs/${job.id}/results.zip`,
      ...nextPage(`/jobs/${job.id}/results`, job, range),
    };
    const lists = { results: eachPage(deps.jobs.pages(job.id, range), show) };
    await sendJson(res, jsonWithLists({ fields, lists }));
  };
}

export interface ShowResultDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "pages" | "owner">;
  readonly store: ByteStore;
}

/** `GET /jobs/<id>/results/<name>`: this job's result of that name, also after a later job took the name over. */
export function showResult(deps: ShowResultDeps): RequestHandler {
  return async (req, res, next) => {
    const job = await findJob(deps, req);
    const name = String(req.params.name);
    const owner = await deps.jobs.owner(job.task, name);
    const wanted = owner?.job === job.id ? { name, ...owner } : await resultNamed(deps.jobs, job, name);
    if (wanted === undefined)
      throw new AppError("no_such_result", "This job has no such result.", { status: 404 });
    await sendKept(deps.store, wanted, { req, res, next });
  };
}

export interface ZipResultsDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "pages">;
  readonly store: Pick<ByteStore, "get" | "read" | "stat" | "localFiles">;
}

/** `GET /jobs/<id>/results.zip`: the results that are done, streamed as a zip. */
export function zipResults(deps: ZipResultsDeps): RequestHandler {
  return async (req, res) => {
    const job = await findJob(deps, req);
    await requireKept(deps, job);
    setResultHeaders(res, `${job.task}-${job.id}.zip`);
    if (req.method === "HEAD") return void res.end();
    await zipTo(res, deps.store, () => resultsOf(deps.jobs, job));
  };
}

/**
 * Of the first results one in each file of the store must be there. A later one that is gone cuts the answer.
 * @throws AppError `result_gone` (410)
 */
async function requireKept({ jobs, store }: ZipResultsDeps, job: JobRecord): Promise<void> {
  const seen = new Set<string>();
  for await (const first of resultsOf(jobs, job)) {
    for (const { name, key } of first) {
      const place = store.localFiles?.locate(key)?.path ?? key;
      if (!seen.has(place) && (await store.stat(key)) === undefined) throw gone(name);
      seen.add(place);
    }
    return;
  }
}

interface StoredResult extends ZipEntry {
  readonly sha256?: string;
}

async function resultNamed(
  jobs: Pick<RecordOfJobs, "pages">,
  job: JobRecord,
  name: string,
): Promise<StoredResult | undefined> {
  for await (const page of resultsOf(jobs, job)) {
    const found = page.find((result) => result.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Results of the files, then those of the job as a whole, some at a time. */
async function* resultsOf(
  jobs: Pick<RecordOfJobs, "pages">,
  job: JobRecord,
): AsyncGenerator<readonly StoredResult[]> {
  for await (const page of jobs.pages(job.id)) yield page.filter(isDone).flatMap(storedResult(job));
  const at = job.endedAt ?? job.createdAt;
  yield job.attachments.map(({ name, key, bytes }, n) => ({
    nth: job.total + n,
    name,
    folder: "",
    key,
    bytes,
    at,
  }));
}

function storedResult(job: JobRecord): (file: FileRecord) => StoredResult[] {
  return ({ index: nth, path, resultName: name, endedAt, ...file }) => {
    const { resultKey: key, resultBytes: bytes, resultSha256: sha256 } = file;
    if (key === undefined || bytes === undefined) return [];
    const at = endedAt ?? job.createdAt;
    return [
      { nth, name, folder: folderOf(path), key, bytes, at, ...(sha256 === undefined ? {} : { sha256 }) },
    ];
  };
}

/** Folder of an input in its upload, with a slash at the end: `a/report.txt` -> `a/`. */
function folderOf(path = ""): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function isDone({ state }: FileRecord): boolean {
  return state === "done";
}

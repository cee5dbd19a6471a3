import type { RequestHandler } from "express";
import type { ResultList } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import type { FileRecord, JobRecord } from "../../shared/job/port.ts";
import { type JobsParts, jobOf } from "./jobParts.ts";
import { type FoundResult, findResult, sendFound, sendPath, setResultHeaders } from "./results.ts";
import { sendStored } from "./stored.ts";
import { fileView, jobView } from "./views.ts";
import { type ZipEntry, zipTo } from "./zip.ts";

/** `GET /jobs/<id>/results`: the files that are done, and the results of the job as a whole. */
export function listResults(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const job = await jobOf(parts, req);
    const done = await doneFiles(parts, job);
    const list: ResultList = {
      job_id: job.id,
      results: done.map((file) => ({ name: file.resultName, ...fileView(job, file, parts) })),
      attachments: jobView(job, parts).attachments,
      zip: `/jobs/${job.id}/results.zip`,
    };
    res.json(list);
  };
}

/** `GET /jobs/<id>/results/<name>`: this job's result of that name, also where a later job took the name over. */
export function showResult(parts: JobsParts): RequestHandler {
  return async (req, res, next) => {
    const job = await jobOf(parts, req);
    const name = String(req.params.name);
    const found = await inFolder(parts, job, name);
    if (found !== undefined) return sendFound(res, found, next);
    const wanted = (await resultsOf(parts, job)).find((entry) => entry.name === name);
    if (wanted === undefined)
      throw new AppError("no_such_result", "This job has no such result.", { status: 404 });
    if ((await parts.store.stat(wanted.key)) === undefined) throw gone(name);
    setResultHeaders(res, name, wanted.sha256);
    const path = parts.store.pathOf(wanted.key);
    if (path === undefined) await sendStored(parts.store, wanted, { req, res });
    else sendPath(res, path, next);
  };
}

/** Where the name is still this job's, and the folder has what was put there. */
async function inFolder(parts: JobsParts, job: JobRecord, name: string): Promise<FoundResult | undefined> {
  const owner = await parts.jobs.owner(job.task, name);
  if (owner?.job !== job.id) return undefined;
  const found = await findResult(parts.results.folder, job.task, name);
  return found?.bytes === owner.bytes ? { ...found, ...owner } : undefined;
}

/** `GET /jobs/<id>/results.zip`: what is done by now, streamed. */
export function zipResults(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const job = await jobOf(parts, req);
    const entries = await resultsOf(parts, job);
    setResultHeaders(res, `${job.task}-${job.id}.zip`);
    if (req.method === "HEAD") return void res.end();
    await zipTo(res, parts.store, entries);
  };
}

interface Result extends ZipEntry {
  readonly sha256?: string;
}

async function resultsOf(parts: JobsParts, job: JobRecord): Promise<Result[]> {
  const files = (await doneFiles(parts, job)).flatMap(
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

async function doneFiles(parts: JobsParts, job: JobRecord): Promise<FileRecord[]> {
  return (await parts.jobs.files(job.id)).filter((file) => file.state === "done");
}

function gone(name: string): AppError {
  return new AppError("result_gone", `The result ${name} is no longer kept.`, { status: 410 });
}

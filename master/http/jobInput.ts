import { extname } from "node:path";
import type { RequestHandler, Response } from "express";
import { AppError } from "../../shared/errors.ts";
import { contentPolicy } from "../../shared/http/safety.ts";
import type { FileRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ByteStore } from "../store/port.ts";
import { type FindJobDeps, findJob } from "./findJob.ts";
import { sendBytes } from "./keptResult.ts";
import { dispositionOf } from "./results.ts";

export interface ShowInputDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "files">;
  readonly store: ByteStore;
}

/** `GET /jobs/<id>/files/<index>/input`: the file as its client sent it, while the job's inputs are kept. */
export function showInput(deps: ShowInputDeps): RequestHandler {
  return async (req, res, next) => {
    const job = await findJob(deps, req);
    const file = await fileAt(deps, job.id, String(req.params.index));
    if ((await deps.store.stat(file.key)) === undefined) throw inputGone(file.filename);
    setInputHeaders(res, file);
    await sendBytes(deps.store, file, { req, res, next });
  };
}

/** @throws AppError `no_such_file` (404) */
async function fileAt(
  { jobs }: Pick<ShowInputDeps, "jobs">,
  job: string,
  index: string,
): Promise<FileRecord> {
  const [file] = /^\d{1,9}$/.test(index) ? await jobs.files(job, Number(index), 1) : [];
  if (file === undefined)
    throw new AppError("no_such_file", "The job has no file of this index.", { status: 404 });
  return file;
}

/**
 * Media types that a browser may show by themselves: pictures and sounds that hold no script. A drawing (SVG) can, so it
 * is shown within a page's `<img>`, where scripts do not run, and is downloaded when its address is opened.
 */
const SHOWN: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".bmp": "image/bmp",
  ".ico": "image/x-icon",
  ".wav": "audio/wav",
  ".mp3": "audio/mpeg",
  ".flac": "audio/flac",
  ".ogg": "audio/ogg",
  ".opus": "audio/ogg",
  ".m4a": "audio/mp4",
  ".aac": "audio/aac",
};
const DRAWING = "image/svg+xml";

/** Inputs are of unknown origin: a browser must neither guess their type nor run them. */
function setInputHeaders(res: Response, { filename, sha256 }: FileRecord): void {
  const extension = extname(filename).toLowerCase();
  const shown = SHOWN[extension];
  res.set({
    "Content-Type": shown ?? (extension === ".svg" ? DRAWING : "application/octet-stream"),
    "Content-Security-Policy": contentPolicy("sandbox; default-src 'none'"),
    "Content-Disposition": dispositionOf(filename, shown === undefined ? "attachment" : "inline"),
    ETag: `"${sha256}"`,
  });
}

function inputGone(filename: string): AppError {
  return new AppError("inputs_gone", `The input ${filename} is no longer kept.`, { status: 410 });
}

import type { Request, RequestHandler, Response } from "express";
import { ulid } from "ulid";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import type { AssignAnswer, AssignLine, FileView } from "../../shared/contract/jobs.ts";
import { UnavailableError } from "../../shared/errors.ts";
import type { FileRecord, JobRecord } from "../../shared/job/port.ts";
import { type IntakeParts, takeIn } from "../pipeline/intake.ts";
import type { ResultsFolder } from "../pipeline/results.ts";
import type { RunningJob } from "../pipeline/runner.ts";
import type { SlaveRegistry } from "../slaves/registry.ts";
import { type Preferences, readPreferences } from "./prefer.ts";
import { receiveUpload, type UploadParts } from "./upload.ts";
import { assignAnswer, fileView, hasJsonResults, jobView } from "./views.ts";

export interface AssignParts extends IntakeParts {
  readonly upload: UploadParts;
  readonly registry: SlaveRegistry;
  readonly results: ResultsFolder;
  /** A waiting request ends when no slave was there for so long. */
  readonly noSlavesSeconds: number;
}

/** `POST /assign_task`: an upload becomes a job; the answer waits for it, streams it, or only names it. */
export function assignTask(parts: AssignParts): RequestHandler {
  return async (req, res) => {
    const prefer = readPreferences(req);
    // Before the body is read: nobody should send gigabytes to hear that nobody is there.
    if (!prefer.respondAsync && !parts.registry.hasAny()) throw noSlaves();
    const upload = await receiveUpload(parts.upload, { req, res, id: ulid() });
    const running = await takeIn(parts, { ...upload, durable: prefer.respondAsync }).catch(
      async (error: unknown) => {
        await parts.upload.store.remove(upload.files.map((file) => file.key));
        throw error;
      },
    );
    if (prefer.applied.length > 0) res.setHeader("Preference-Applied", prefer.applied.join(", "));
    if (prefer.respondAsync) return await accepted(parts, running, res);
    const undo = cancelWhenAlone(parts, running, res);
    try {
      if (wantsLines(req)) await answerLines(parts, running, res);
      else await answerWhole(parts, running, { res, prefer });
    } finally {
      undo();
    }
  };
}

async function accepted(parts: AssignParts, running: RunningJob, res: Response): Promise<void> {
  const record = await recordOf(parts, running);
  res.status(202).location(`/jobs/${running.id}`);
  res.json({ job_id: running.id, ...jobView(record, { results: parts.results, live: running.progress }) });
}

async function answerWhole(
  parts: AssignParts,
  running: RunningJob,
  { res, prefer }: { readonly res: Response; readonly prefer: Preferences },
): Promise<void> {
  const record = await running.ended;
  if (res.destroyed) return;
  const files = await parts.jobs.files(record.id);
  const answer = assignAnswer(record, files, parts.results);
  const inline = prefer.representation && hasJsonResults(record);
  res.status(statusOf(record)).json(inline ? await withResults(parts, answer, files) : answer);
}

/** One line per file as it ends; the last line is always `end`. */
async function answerLines(parts: AssignParts, running: RunningJob, res: Response): Promise<void> {
  const record = await recordOf(parts, running);
  res.status(200).type(NDJSON_TYPE).setHeader("X-Accel-Buffering", "no");
  const send = (line: AssignLine) => void (res.destroyed || res.write(`${JSON.stringify(line)}\n`));
  send({ type: "job", job_id: record.id, task_type: record.task, total_files: record.total });
  const undo = running.onFile((file) => send({ type: "file", ...fileView(record.task, file, parts) }));
  const final = await running.ended;
  undo();
  if (res.destroyed) return;
  const files = await parts.jobs.files(record.id);
  for (const file of files) {
    if (file.state === "cancelled") send({ type: "file", ...fileView(record.task, file, parts) });
  }
  const { files: _told, ...end } = assignAnswer(final, files, parts.results);
  send({ type: "end", ...end });
  res.end();
}

/** 422 when no file was done, with the same body. */
function statusOf(record: JobRecord): number {
  if (record.done > 0) return 200;
  if (record.state === "cancelled") return record.error === NO_SLAVES ? 503 : 409;
  return 422;
}

async function withResults(
  parts: AssignParts,
  answer: AssignAnswer,
  files: readonly FileRecord[],
): Promise<AssignAnswer> {
  const views: FileView[] = [];
  for (const [place, view] of answer.files.entries()) {
    const key = files[place]?.resultKey;
    if (key === undefined) views.push(view);
    else views.push({ ...view, result: JSON.parse((await parts.upload.store.read(key)).toString("utf8")) });
  }
  return { ...answer, files: views };
}

/** Cancels the job when its client leaves, or when there was no slave for too long. Returns its own undoing. */
function cancelWhenAlone(parts: AssignParts, running: RunningJob, res: Response): () => void {
  const cancel = (reason: string) => void parts.runner.cancel(running.id, reason);
  const onClose = () => {
    if (!res.writableFinished) cancel("The client left before its job was done.");
  };
  res.once("close", onClose);
  if (res.destroyed) onClose();
  let alone = 0;
  const timer = setInterval(() => {
    alone = parts.registry.hasAny() ? 0 : alone + 1;
    if (alone >= parts.noSlavesSeconds) cancel(NO_SLAVES);
  }, 1000);
  return () => {
    clearInterval(timer);
    res.off("close", onClose);
  };
}

async function recordOf(parts: AssignParts, running: RunningJob): Promise<JobRecord> {
  const record = await parts.jobs.get(running.id);
  if (record === undefined) throw new Error(`job ${running.id} has no record`);
  return record;
}

function wantsLines(req: Request): boolean {
  return (req.headers.accept ?? "").includes(NDJSON_TYPE);
}

const NO_SLAVES = "No slaves available";

function noSlaves(): UnavailableError {
  return new UnavailableError("no_slaves", NO_SLAVES, {
    details: {
      hint: "Start one (npm run slave), or send the job with `Prefer: respond-async` to let it wait.",
    },
  });
}

import type { Request, RequestHandler, Response } from "express";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { type IntakeDeps, type IntakeTerms, type JobSpec, jobSpecOf, takeIn } from "../jobs/intake.ts";
import { type KeyedRequests, specDigest, type Taken } from "../jobs/requests.ts";
import { newJobId } from "../record/jobId.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { JobUploads, type JobUploadsDeps } from "../uploads/jobUploads.ts";
import { type AnswerDeps, answerLater, answerLines, answerWhole } from "./answers.ts";
import type { Clients } from "./clients.ts";
import { type NamedInputDeps, withNamedInputs } from "./namedInputs.ts";
import { type Preferences, readPreferences } from "./prefer.ts";
import { readRequestKey, requestTerm } from "./requestKey.ts";
import { untilGone } from "./streams.ts";
import { receiveUpload, type UploadDeps } from "./upload.ts";
import { type WithUploadsDeps, withUploads } from "./uploads/withUploads.ts";
import { requireSlaves, type WaitingDeps, waitFor } from "./waiting.ts";

export interface AssignDeps {
  readonly upload: UploadDeps;
  readonly uploads: WithUploadsDeps & { readonly ofJobs: JobUploadsDeps };
  readonly intake: IntakeDeps;
  readonly answers: AnswerDeps;
  readonly requests: Pick<KeyedRequests, "takeIn">;
  readonly jobs: Pick<RecordOfJobs, "requested">;
  readonly clients: Pick<Clients, "nameOf">;
  readonly named: NamedInputDeps;
  readonly waiting: WaitingDeps;
}

interface AssignRequest {
  readonly req: Request;
  readonly res: Response;
  readonly prefer: Preferences;
  readonly key: string | undefined;
}

/** `POST /assign_task`: an upload becomes a job; the answer waits for it, streams it, or only names it. */
export function assignTask(deps: AssignDeps): RequestHandler {
  const { answers } = deps;
  return async (req, res) => {
    const asked: AssignRequest = { req, res, prefer: readPreferences(req), key: readRequestKey(req) };
    await refuseWithoutSlaves(deps, asked);
    const { job, repeated } = await accept(deps, asked);
    if (repeated) res.setHeader("Idempotency-Replayed", "true");
    if (asked.prefer.respondAsync) return await answerLater(answers, job, asked);
    const leave = waitFor(deps.waiting, job, res);
    try {
      if (wantsLines(req)) await answerLines(answers, job, res);
      else await answerWhole(answers, job, asked);
    } finally {
      leave();
    }
  };
}

async function accept(deps: AssignDeps, { req, res, prefer, key }: AssignRequest): Promise<Taken> {
  const { upload, uploads, named } = deps;
  const received = await receiveUpload(upload, { req, res, id: newJobId(), durable: prefer.respondAsync });
  const ofJob = new JobUploads(uploads.ofJobs, received.id);
  let { files }: { readonly files: readonly { readonly key: string }[] } = received;
  const drop = () => upload.store.remove([...files.map((file) => file.key), ...ofJob.keys].filter(Boolean));
  try {
    const whole = await withUploads(uploads, { req, received }, ofJob);
    const spec = await withNamedInputs(named, req, jobSpecOf(whole));
    ({ files } = spec);
    // The files of the form were stored as not durable.
    if (!prefer.respondAsync && isDurable(prefer, ofJob)) await upload.store.flushAll();
    const taken = await take(deps, { req, res, prefer, key }, { spec, ofJob });
    // Not awaited: this client must be counted among those that wait before another one leaves.
    if (taken.repeated) drop().catch(() => undefined);
    // What fails here is removed when the uploads expire.
    (taken.repeated ? ofJob.spend(taken.job.id) : ofJob.finish()).catch(() => undefined);
    return taken;
  } catch (error) {
    await drop();
    throw error;
  }
}

interface Wanted {
  readonly spec: JobSpec;
  readonly ofJob: JobUploads;
}

async function take(
  { intake, requests, clients }: AssignDeps,
  { req, res, prefer, key }: AssignRequest,
  { spec, ofJob }: Wanted,
): Promise<Taken> {
  const durable = isDurable(prefer, ofJob);
  const waits = durable ? {} : { gone: untilGone(res) };
  const terms = { durable, client: clients.nameOf(req), ...requestTerm(res), ...waits };
  const make = (more: Pick<IntakeTerms, "request"> = {}) =>
    ofJob.during(() => takeIn(intake, spec, { ...terms, ...more }));
  if (key === undefined) return { job: await make(), repeated: false };
  const asked = { ...terms, key, digest: await specDigest(spec) };
  return await requests.takeIn(asked, (request) => make({ request }));
}

/**
 * A job with uploads is kept as one of `respond-async` is, also while its client waits: the uploads are used up, and a
 * lost connection must not cost them.
 */
function isDurable({ respondAsync }: Preferences, { keys }: JobUploads): boolean {
  return respondAsync || keys.length > 0;
}

async function refuseWithoutSlaves(deps: AssignDeps, { req, prefer, key }: AssignRequest): Promise<void> {
  const { waiting, clients, jobs } = deps;
  if (prefer.respondAsync || waiting.registry.isAnyExpected()) return;
  // A repeated request needs no slave: its job may be over.
  const client = clients.nameOf(req);
  if (key !== undefined && (await jobs.requested({ client, key }, Date.now())) !== undefined) return;
  requireSlaves(waiting.registry);
}

function wantsLines(req: Request): boolean {
  return (req.headers.accept ?? "").includes(NDJSON_TYPE);
}

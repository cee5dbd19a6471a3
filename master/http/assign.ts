import type { Request, RequestHandler, Response } from "express";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { UnavailableError } from "../../shared/errors.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { FollowedJob } from "../jobs/followed.ts";
import { orderOf, takeIn } from "../jobs/intake.ts";
import { newJobId } from "../jobs/jobId.ts";
import { type KeyedDeps, type KeyedRequests, orderDigest, type Taken } from "../jobs/requests.ts";
import { type AnswerDeps, answerLater, answerLines, answerWhole, NO_SLAVES } from "./answers.ts";
import type { Clients } from "./clients.ts";
import { type Preferences, readPreferences } from "./prefer.ts";
import { readRequestKey } from "./requestKey.ts";
import { receiveUpload, type UploadDeps } from "./upload.ts";

export interface AssignDeps extends KeyedDeps, AnswerDeps {
  readonly upload: UploadDeps;
  readonly registry: SlaveRegistry;
  readonly requests: KeyedRequests;
  readonly clients: Clients;
  /** A waiting request ends when no slave was there for so long. */
  readonly noSlavesSeconds: number;
}

interface AssignRequest {
  readonly req: Request;
  readonly res: Response;
  readonly prefer: Preferences;
  readonly key: string | undefined;
}

/** `POST /assign_task`: an upload becomes a job; the answer waits for it, streams it, or only names it. */
export function assignTask(deps: AssignDeps): RequestHandler {
  return async (req, res) => {
    const asked: AssignRequest = { req, res, prefer: readPreferences(req), key: readRequestKey(req) };
    await refuseWithoutSlaves(deps, asked);
    const { job, repeated } = await take(deps, asked);
    if (repeated) res.setHeader("Idempotency-Replayed", "true");
    if (asked.prefer.respondAsync) return await answerLater(deps, job, asked);
    const leave = waitFor(deps, job, res);
    try {
      if (wantsLines(req)) await answerLines(deps, job, res);
      else await answerWhole(deps, job, asked);
    } finally {
      leave();
    }
  };
}

async function take(deps: AssignDeps, { req, res, prefer, key }: AssignRequest): Promise<Taken> {
  const durable = prefer.respondAsync;
  const upload = await receiveUpload(deps.upload, { req, res, id: newJobId(), durable });
  const drop = () => deps.store.remove(upload.files.map((file) => file.key));
  try {
    const order = orderOf(upload);
    const terms = { durable, client: deps.clients.nameOf(req) };
    if (key === undefined) return { job: await takeIn(deps, order, terms), repeated: false };
    const asked = { ...terms, key, digest: orderDigest(order) };
    const taken = await deps.requests.takeIn(asked, (request) => takeIn(deps, order, { ...terms, request }));
    // Not waited for: this client must be counted among those that wait before another one leaves.
    if (taken.repeated) drop().catch(() => undefined);
    return taken;
  } catch (error) {
    await drop();
    throw error;
  }
}

/** Counts this client among those that wait, and looks for slaves meanwhile. Returns its end. */
function waitFor(deps: AssignDeps, job: FollowedJob, res: Response): () => void {
  const leave = deps.waiters.enter(job.id);
  res.once("close", leave);
  if (res.destroyed) leave();
  let alone = 0;
  const timer = setInterval(() => {
    alone = deps.registry.hasAny() ? 0 : alone + 1;
    if (alone < deps.noSlavesSeconds || !deps.waiters.isBound(job.id)) return;
    void deps.runner.cancel(job.id, NO_SLAVES);
  }, 1000);
  return () => {
    clearInterval(timer);
    leave();
  };
}

/** Before the body is read: nobody should send gigabytes to hear that nobody is there. */
async function refuseWithoutSlaves(deps: AssignDeps, { req, prefer, key }: AssignRequest): Promise<void> {
  if (prefer.respondAsync || deps.registry.hasAny()) return;
  // What was asked before may be over.
  const client = deps.clients.nameOf(req);
  if (key !== undefined && (await deps.jobs.requested({ client, key }, Date.now())) !== undefined) return;
  throw new UnavailableError("no_slaves", NO_SLAVES, {
    details: {
      hint: "Start one (npm run slave), or send the job with `Prefer: respond-async` to let it wait.",
    },
  });
}

function wantsLines(req: Request): boolean {
  return (req.headers.accept ?? "").includes(NDJSON_TYPE);
}

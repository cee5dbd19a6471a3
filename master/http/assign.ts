import type { Request, RequestHandler, Response } from "express";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { UnavailableError } from "../../shared/errors.ts";
import type { FollowedJob } from "../pipeline/followed.ts";
import { orderOf, takeIn } from "../pipeline/intake.ts";
import { newJobId } from "../pipeline/jobId.ts";
import { type KeyedParts, type KeyedRequests, orderDigest, type Taken } from "../pipeline/requests.ts";
import type { SlaveRegistry } from "../slaves/registry.ts";
import { type AnswerParts, answerLater, answerLines, answerWhole, NO_SLAVES } from "./answers.ts";
import type { Clients } from "./clients.ts";
import { type Preferences, readPreferences } from "./prefer.ts";
import { readRequestKey } from "./requestKey.ts";
import { receiveUpload, type UploadParts } from "./upload.ts";

export interface AssignParts extends KeyedParts, AnswerParts {
  readonly upload: UploadParts;
  readonly registry: SlaveRegistry;
  readonly requests: KeyedRequests;
  readonly clients: Clients;
  /** A waiting request ends when no slave was there for so long. */
  readonly noSlavesSeconds: number;
}

interface Asked {
  readonly req: Request;
  readonly res: Response;
  readonly prefer: Preferences;
  readonly key: string | undefined;
}

/** `POST /assign_task`: an upload becomes a job; the answer waits for it, streams it, or only names it. */
export function assignTask(parts: AssignParts): RequestHandler {
  return async (req, res) => {
    const asked: Asked = { req, res, prefer: readPreferences(req), key: readRequestKey(req) };
    await refuseWithoutSlaves(parts, asked);
    const { job, repeated } = await take(parts, asked);
    if (repeated) res.setHeader("Idempotency-Replayed", "true");
    if (asked.prefer.respondAsync) return await answerLater(parts, job, asked);
    const leave = waitFor(parts, job, res);
    try {
      if (wantsLines(req)) await answerLines(parts, job, res);
      else await answerWhole(parts, job, asked);
    } finally {
      leave();
    }
  };
}

async function take(parts: AssignParts, { req, res, prefer, key }: Asked): Promise<Taken> {
  const durable = prefer.respondAsync;
  const upload = await receiveUpload(parts.upload, { req, res, id: newJobId(), durable });
  const drop = () => parts.store.remove(upload.files.map((file) => file.key));
  try {
    const order = orderOf(upload);
    const terms = { durable, client: parts.clients.nameOf(req) };
    if (key === undefined) return { job: await takeIn(parts, order, terms), repeated: false };
    const asked = { ...terms, key, digest: orderDigest(order) };
    const taken = await parts.requests.takeIn(asked, (request) =>
      takeIn(parts, order, { ...terms, request }),
    );
    // Not waited for: this client must be counted among those that wait before another one leaves.
    if (taken.repeated) drop().catch(() => undefined);
    return taken;
  } catch (error) {
    await drop();
    throw error;
  }
}

/** Counts this client among those that wait, and looks for slaves meanwhile. Returns its end. */
function waitFor(parts: AssignParts, job: FollowedJob, res: Response): () => void {
  const leave = parts.waiters.enter(job.id);
  res.once("close", leave);
  if (res.destroyed) leave();
  let alone = 0;
  const timer = setInterval(() => {
    alone = parts.registry.hasAny() ? 0 : alone + 1;
    if (alone < parts.noSlavesSeconds || !parts.waiters.isBound(job.id)) return;
    void parts.runner.cancel(job.id, NO_SLAVES);
  }, 1000);
  return () => {
    clearInterval(timer);
    leave();
  };
}

/** Before the body is read: nobody should send gigabytes to hear that nobody is there. */
async function refuseWithoutSlaves(parts: AssignParts, { req, prefer, key }: Asked): Promise<void> {
  if (prefer.respondAsync || parts.registry.hasAny()) return;
  // What was asked before may be over.
  const client = parts.clients.nameOf(req);
  if (key !== undefined && (await parts.jobs.requested({ client, key }, Date.now())) !== undefined) return;
  throw new UnavailableError("no_slaves", NO_SLAVES, {
    details: {
      hint: "Start one (npm run slave), or send the job with `Prefer: respond-async` to let it wait.",
    },
  });
}

function wantsLines(req: Request): boolean {
  return (req.headers.accept ?? "").includes(NDJSON_TYPE);
}

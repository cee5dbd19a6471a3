import type { Request, RequestHandler, Response } from "express";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { UnavailableError } from "../../shared/errors.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { FollowedJob } from "../jobs/followed.ts";
import { type IntakeDeps, jobSpecOf, takeIn } from "../jobs/intake.ts";
import { type KeyedRequests, specDigest, type Taken } from "../jobs/requests.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { Waiters } from "../jobs/waiters.ts";
import { newJobId } from "../record/jobId.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { type AnswerDeps, answerLater, answerLines, answerWhole } from "./answers.ts";
import type { Clients } from "./clients.ts";
import { type NamedInputDeps, withNamedInputs } from "./namedInputs.ts";
import { type Preferences, readPreferences } from "./prefer.ts";
import { readRequestKey, requestTerm } from "./requestKey.ts";
import { receiveUpload, type UploadDeps } from "./upload.ts";

export interface AssignDeps {
  readonly upload: UploadDeps;
  readonly intake: IntakeDeps;
  readonly answers: AnswerDeps;
  readonly requests: Pick<KeyedRequests, "takeIn">;
  readonly jobs: Pick<RecordOfJobs, "requested">;
  readonly clients: Pick<Clients, "nameOf">;
  readonly named: NamedInputDeps;
  readonly waiting: WaitingDeps;
}

/** Deps of a request that waits for its job. */
export interface WaitingDeps {
  readonly waiters: Pick<Waiters, "enter" | "isBound">;
  readonly runner: Pick<JobRunner, "cancel">;
  readonly registry: Pick<SlaveRegistry, "all" | "isAnyAlive" | "isAnyExpected">;
  /** A job whose client waits ends when no slave has answered the master for so many seconds. */
  readonly noSlavesSeconds: number;
}

interface AssignRequest {
  readonly req: Request;
  readonly res: Response;
  readonly prefer: Preferences;
  readonly key: string | undefined;
}

const NO_SLAVES = { code: "no_slaves", message: "No slaves available" } as const;

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
  const { upload, intake, requests, clients, named } = deps;
  const durable = prefer.respondAsync;
  const received = await receiveUpload(upload, { req, res, id: newJobId(), durable });
  let { files }: { readonly files: readonly { readonly key: string }[] } = received;
  const drop = () => upload.store.remove(files.map((file) => file.key));
  try {
    const spec = await withNamedInputs(named, req, jobSpecOf(received));
    ({ files } = spec);
    const terms = { durable, client: clients.nameOf(req), ...requestTerm(res) };
    if (key === undefined) return { job: await takeIn(intake, spec, terms), repeated: false };
    const asked = { ...terms, key, digest: await specDigest(spec) };
    const taken = await requests.takeIn(asked, (request) => takeIn(intake, spec, { ...terms, request }));
    // Not awaited: this client must be counted among those that wait before another one leaves.
    if (taken.repeated) drop().catch(() => undefined);
    return taken;
  } catch (error) {
    await drop();
    throw error;
  }
}

/** Counts a waiting client, and cancels the job when it has no slave for too long. Returns a function that ends both. */
function waitFor(
  { waiters, runner, registry, noSlavesSeconds }: WaitingDeps,
  job: FollowedJob,
  res: Response,
) {
  const leave = waiters.enter(job.id);
  res.once("close", leave);
  if (res.destroyed) leave();
  let secondsAlone = 0;
  const timer = setInterval(() => {
    secondsAlone = registry.isAnyAlive() ? 0 : secondsAlone + 1;
    if (secondsAlone < noSlavesSeconds || !waiters.isBound(job.id)) return;
    // The next second tries again.
    runner.cancel(job.id, NO_SLAVES).catch(() => undefined);
  }, 1000);
  return (): void => {
    clearInterval(timer);
    leave();
  };
}

/** Before the body is read: a client must not send gigabytes to learn that there is no slave. */
async function refuseWithoutSlaves(deps: AssignDeps, { req, prefer, key }: AssignRequest): Promise<void> {
  const { waiting, clients, jobs } = deps;
  if (prefer.respondAsync || waiting.registry.isAnyExpected()) return;
  // A repeated request needs no slave: its job may be over.
  const client = clients.nameOf(req);
  if (key !== undefined && (await jobs.requested({ client, key }, Date.now())) !== undefined) return;
  throw new UnavailableError(NO_SLAVES.code, NO_SLAVES.message, {
    details: {
      hint: [...silentSlaves(waiting.registry), HINT].join(" "),
    },
  });
}

const HINT = "Start one (npm run slave), or send the job with `Prefer: respond-async` to let it wait.";

/** Slaves that registered and do not answer: one of them is probably the slave that the client counts on. */
function silentSlaves(registry: Pick<SlaveRegistry, "all">): readonly string[] {
  const silent = registry.all().filter(({ state }) => state === "pending" || state === "lost");
  return silent.slice(0, 3).map(({ name, reason }) => `Slave ${name} registered, but ${reason}.`);
}

function wantsLines(req: Request): boolean {
  return (req.headers.accept ?? "").includes(NDJSON_TYPE);
}

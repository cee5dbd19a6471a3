import type { Request, RequestHandler, Response } from "express";
import { type RetryWish, retryWish } from "../../shared/contract/requests.ts";
import { RequestError } from "../../shared/errors.ts";
import { firstFault } from "../../shared/schema.ts";
import { type KeyedRequests, retryDigest, type Taken } from "../jobs/requests.ts";
import { type RetryDeps, retryJob } from "../jobs/retry.ts";
import type { RequestKey } from "../record/newJob.ts";
import { type AnswerDeps, answerLater } from "./answers.ts";
import type { Clients } from "./clients.ts";
import { type FindJobDeps, findJob } from "./findJob.ts";
import { readPreferences } from "./prefer.ts";
import { readRequestKey, requestTerm } from "./requestKey.ts";

export interface RetryRouteDeps extends FindJobDeps {
  readonly retry: RetryDeps;
  readonly answers: AnswerDeps;
  readonly requests: Pick<KeyedRequests, "takeIn">;
  readonly clients: Pick<Clients, "sees" | "nameOf">;
}

/** `POST /jobs/<id>/retry`: a new job with files of this one; a body says which, and changes options. */
export function retry(deps: RetryRouteDeps): RequestHandler {
  return async (req, res) => {
    const { job, repeated } = await accept(deps, req, res);
    if (repeated) res.setHeader("Idempotency-Replayed", "true");
    await answerLater(deps.answers, job, { res, prefer: readPreferences(req) });
  };
}

async function accept(deps: RetryRouteDeps, req: Request, res: Response): Promise<Taken> {
  const key = readRequestKey(req);
  const wish = readWish(req.body ?? {});
  const record = await findJob(deps, req);
  const client = deps.clients.nameOf(req);
  const terms = { client, ...requestTerm(res) };
  const make = (request?: RequestKey) =>
    retryJob(deps.retry, { record, ...wish }, { ...terms, ...(request === undefined ? {} : { request }) });
  if (key === undefined) return { job: await make(), repeated: false };
  const asked = { client, key, digest: retryDigest(record.id, wish), durable: true };
  return await deps.requests.takeIn(asked, make);
}

function readWish(body: unknown): RetryWish {
  const parsed = retryWish.safeParse(body);
  if (parsed.success) return parsed.data;
  const field = firstFault(parsed.error, "").field || "options";
  throw new RequestError(
    "bad_options",
    'A retry takes {"options": {…}, "files": "failed", "all" or [indexes]} as JSON, or nothing.',
    { details: { field } },
  );
}

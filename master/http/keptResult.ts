import type { NextFunction, Request, RequestHandler, Response } from "express";
import { resultQuery } from "../../shared/contract/requests.ts";
import { AppError } from "../../shared/errors.ts";
import type { NamedResult, RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore, LinkedAnswer } from "../store/port.ts";
import type { Clients } from "./clients.ts";
import { readQuery } from "./findJob.ts";
import { sendPath, setResultHeaders } from "./results.ts";
import { sendStored } from "./stored.ts";

export interface SendResultDeps {
  readonly store: ByteStore;
  readonly results: Pick<ResultsFolder, "url">;
  readonly jobs: Pick<RecordOfJobs, "owner" | "latest" | "get">;
  readonly clients: Pick<Clients, "sees">;
}

/**
 * `GET /results/<task>/<name>`, with Range and ETag. Its bytes come from the store: a file of the results folder may be
 * anyone's. With `latest` the newest result of the name, plain or with a number.
 */
export function sendResult({ store, results, jobs, clients }: SendResultDeps): RequestHandler {
  return async (req, res, next) => {
    const { task, name } = req.params as { readonly task: string; readonly name: string };
    const { latest } = readQuery(resultQuery, req.query);
    const owner = latest ? await jobs.latest(task, name) : await jobs.owner(task, name);
    const job = owner && (await jobs.get(owner.job));
    if (owner === undefined || job === undefined || !clients.sees(req, job)) throw noSuchResult();
    const found = { name, ...owner };
    if (latest) res.setHeader("Content-Location", results.url(task, found.name));
    await sendKept(store, found, { req, res, next });
  };
}

export interface Exchange {
  readonly req: Request;
  readonly res: Response;
  readonly next: NextFunction;
}

/** Sends a result from the store. @throws AppError `result_gone` (410), `bad_range` (416) */
export async function sendKept(
  store: ByteStore,
  result: Pick<NamedResult, "name" | "key" | "bytes" | "sha256">,
  { req, res, next }: Exchange,
): Promise<void> {
  const { name, key, sha256 } = result;
  if ((await store.stat(key)) === undefined) throw gone(name);
  setResultHeaders(res, name, sha256);
  const link = mayRedirect(req) ? await store.links?.linkTo(key, linkedAnswer(res)) : undefined;
  if (link !== undefined) {
    res.removeHeader("ETag");
    return res.set("Cache-Control", "no-store").redirect(307, link);
  }
  await sendBytes(store, result, { req, res, next });
}

/** Sends an object of the store, or the range of it that is asked for. Its headers are set. @throws AppError `bad_range` (416) */
export async function sendBytes(
  store: ByteStore,
  object: Pick<NamedResult, "key" | "bytes">,
  { req, res, next }: Exchange,
): Promise<void> {
  const path = store.localFiles?.pathOf(object.key);
  if (path === undefined) await sendStored(store, object, { req, res });
  else sendPath(res, path, next);
}

/** Scripts of a page stay with the master: its policy, and the bucket's, forbid them the other address. */
function mayRedirect(req: Request): boolean {
  const mode = req.get("Sec-Fetch-Mode") ?? "navigate";
  return req.method === "GET" && mode === "navigate" && !req.fresh;
}

/** The headers of the result that are set. */
function linkedAnswer(res: Response): LinkedAnswer {
  const header = (name: string) => String(res.getHeader(name) ?? "");
  return { type: header("Content-Type"), disposition: header("Content-Disposition") };
}

export function noSuchResult(): AppError {
  return new AppError("no_such_result", "There is no such result.", { status: 404 });
}

export function gone(name: string): AppError {
  return new AppError("result_gone", `The result ${name} is no longer kept.`, { status: 410 });
}

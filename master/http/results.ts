import { lstat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import contentDisposition from "content-disposition";
import type { NextFunction, RequestHandler, Response } from "express";
import { AppError } from "../../shared/errors.ts";
import { contentPolicy } from "../../shared/http/safety.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { Clients } from "./clients.ts";

export interface SendResultDeps {
  readonly results: Pick<ResultsFolder, "folder">;
  readonly jobs: Pick<RecordOfJobs, "owner" | "get">;
  readonly clients: Pick<Clients, "sees">;
}

/** `GET /results/<task>/<name>`, with Range and ETag. */
export function sendResult({ results, jobs, clients }: SendResultDeps): RequestHandler {
  return async (req, res, next) => {
    const { task, name } = req.params as { readonly task: string; readonly name: string };
    const found = await findResult(results.folder, task, name);
    if (found === undefined) throw notFound();
    const owner = await jobs.owner(task, name);
    const job = owner === undefined ? undefined : await jobs.get(owner.job);
    // A file without a record may be of any client.
    if (!clients.sees(req, job ?? {})) throw notFound();
    const sha256 = owner?.bytes === found.bytes ? owner.sha256 : undefined;
    sendFound(res, { ...found, ...(sha256 === undefined ? {} : { sha256 }) }, next);
  };
}

/** A file in the results folder. */
export interface FoundResult {
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256?: string;
}

export async function findResult(
  folder: string,
  task: string,
  name: string,
): Promise<FoundResult | undefined> {
  if (!TASKS.some((known) => known.name === task) || !isPlainName(name)) return undefined;
  const path = join(resolve(folder), task);
  const found = await lstat(join(path, name)).catch(() => undefined);
  return found?.isFile() === true ? { folder: path, name, bytes: found.size } : undefined;
}

export function sendFound(res: Response, { folder, name, sha256 }: FoundResult, next: NextFunction): void {
  setResultHeaders(res, name, sha256);
  sendPath(res, join(folder, name), next);
}

/** Sends a file, or the range of it that the request asks for. The headers of the result are set. */
export function sendPath(res: Response, path: string, next: NextFunction): void {
  const options = { root: dirname(path), dotfiles: "allow", cacheControl: false } as const;
  res.sendFile(basename(path), options, (error) => {
    if (error !== undefined && !res.headersSent) next(refusalOf(error));
  });
}

function refusalOf(error: Error & { readonly status?: number }): Error {
  if (error.status === 416) return badRange();
  return error.status === 412 ? error : notFound();
}

/** The thrower has set `Content-Range` to the length of the result. */
export function badRange(): AppError {
  return new AppError("bad_range", "The result has no such bytes.", {
    status: 416,
    details: { field: "Range" },
  });
}

/** Results hold text of unknown origin: a browser must neither guess their type nor run them. */
export function setResultHeaders(res: Response, name: string, sha256?: string): void {
  res.type(extname(name) || "application/octet-stream").set({
    "Content-Security-Policy": contentPolicy("sandbox; default-src 'none'"),
    "Content-Disposition": contentDisposition(name, { type: "attachment" }),
  });
  if (sha256 !== undefined) res.set("ETag", `"${sha256}"`);
}

function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name);
}

function notFound(): AppError {
  return new AppError("no_such_result", "There is no such result.", { status: 404 });
}

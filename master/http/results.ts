import { basename, dirname, extname } from "node:path";
import contentDisposition from "content-disposition";
import type { NextFunction, Response } from "express";
import { AppError } from "../../shared/errors.ts";
import { contentPolicy } from "../../shared/http/safety.ts";

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

/** Media types of results by endings that Express does not know. */
const UNKNOWN_TYPES: Readonly<Record<string, string>> = {
  ".hocr": "text/vnd.hocr+html; charset=utf-8",
};

/** Results hold text of unknown origin: a browser must neither guess their type nor run them. */
export function setResultHeaders(res: Response, name: string, sha256?: string): void {
  const ending = extname(name);
  res.type(UNKNOWN_TYPES[ending] ?? (ending || "application/octet-stream")).set({
    "Content-Security-Policy": contentPolicy("sandbox; default-src 'none'"),
    "Content-Disposition": dispositionOf(name, "attachment"),
  });
  if (sha256 !== undefined) res.set("ETag", `"${sha256}"`);
}

/** The header `Content-Disposition`, for a name in any script. */
export function dispositionOf(name: string, type: "attachment" | "inline"): string {
  return contentDisposition(name, { type });
}

function notFound(): AppError {
  return new AppError("no_such_result", "There is no such result.", { status: 404 });
}

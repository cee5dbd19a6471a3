import { type ServerResponse, STATUS_CODES } from "node:http";
import type { ErrorRequestHandler } from "express";
import type { Problem } from "../contract/about.ts";
import { AppError, CodedError, notWritable } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { requestIdOf } from "./requestId.ts";

/** An HTTP answer for an error; only this module makes them. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
}

export const PROBLEM_TYPE = "application/problem+json";

/** Bounds for what a client still sends after its answer: room to finish a small body, or to notice the answer. */
const LINGER = { milliseconds: 2_000, bytes: 4 * 2 ** 20 } as const;

/** An error that is not an AppError gives a general message: its text may hold paths and is for the log. */
export function problemOf(error: unknown): ProblemAnswer {
  const known = error instanceof CodedError ? error : ofLibrary(error);
  const { status, code, message, details, headers, retryAfter } = known;
  return {
    status,
    headers: {
      ...headers,
      "Content-Type": PROBLEM_TYPE,
      ...(retryAfter === undefined ? {} : { "Retry-After": String(Math.ceil(retryAfter)) }),
    },
    body: {
      ...details,
      kind: "problem",
      type: `urn:manyhands:error:${code}`,
      title: STATUS_CODES[status] ?? "Error",
      status,
      detail: message,
      error: message,
      code,
    },
  };
}

/** Answers with the problem; if an answer has begun already, closes the connection. */
export function answerProblem(res: ServerResponse, error: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, headers, body } = problemOf(error);
  if (!res.req.complete) closeSoon(res);
  const told = { ...body, request_id: requestIdOf(res) };
  res.writeHead(status, headers).end(`${JSON.stringify(told)}\n`);
}

/**
 * A client that still sends gets its answer at once. Closing at the same time could reset the connection before the
 * client reads the answer, so the rest of its body is read and dropped for a while first.
 */
function closeSoon(res: ServerResponse): void {
  const { req } = res;
  const close = () => req.socket.destroy();
  let bytes = 0;
  req.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER.bytes) close();
  });
  const timer = setTimeout(close, LINGER.milliseconds).unref();
  req.once("end", () => clearTimeout(timer));
}

/** The last handler of Express. Logs errors that are not the fault of the request. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    if (problemOf(error).status >= 500 && !(error instanceof CodedError && error.status === 503))
      log.error(
        { err: error, method: req.method, path: req.path, request: requestIdOf(res) },
        "request failed",
      );
    answerProblem(res, error);
  };
}

/** Errors of Express and its body parsers carry a status. */
function ofLibrary(error: unknown): AppError {
  const closed = notWritable(error);
  if (closed !== undefined) return closed;
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  const parse = error instanceof Error && "type" in error && error.type === "entity.parse.failed";
  if (parse)
    return new AppError("bad_json", "The request's body is not JSON.", { status: 400, cause: error });
  if (status === 413) return new AppError("too_large", "The request's body is too large.", { status });
  if (status >= 400 && status < 500)
    return new AppError("bad_request", "The request cannot be understood.", { status, cause: error });
  return new AppError("internal_error", "The request failed because of an internal error.", { cause: error });
}

import type { ErrorCode } from "../../shared/codes.ts";
import { AppError, CodedError } from "../../shared/errors.ts";

/** Codes of the SDK itself; all others come from the master. */
export const MASTER_UNREACHABLE = "master_unreachable" satisfies ErrorCode;
export const ANSWER_BROKEN = "answer_broken" satisfies ErrorCode;
export const BAD_ANSWER = "bad_answer" satisfies ErrorCode;

/** There is no connection, or it broke before the answer was complete. */
export function unreachable(url: string, cause: unknown): AppError {
  return new AppError(MASTER_UNREACHABLE, `The master at ${url} cannot be reached (${reasonOf(cause)}).`, {
    status: 502,
    cause,
  });
}

export function answerBroken(cause?: unknown): AppError {
  return new AppError(
    ANSWER_BROKEN,
    "The connection to the master broke before its answer was complete. The list of jobs shows the state of the job.",
    { status: 502, cause },
  );
}

export function badAnswer(what: string, cause?: unknown): AppError {
  return new AppError(BAD_ANSWER, `The master's answer is not understood: ${what}.`, { status: 502, cause });
}

/** The error of a refused request, from the problem document; without one (another server) only the status is known. */
export function refusal(status: number, body: unknown): CodedError {
  const problem = asRecord(body);
  const { code, error, detail, ...rest } = problem;
  const sentence = [error, detail].find((text) => typeof text === "string");
  const { type: _type, title: _title, status: _status, ...details } = rest;
  return new CodedError(
    typeof code === "string" ? code : `http_${status}`,
    typeof sentence === "string" ? sentence : `The master answered with status ${status}.`,
    { status, details },
  );
}

function asRecord(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  if (!(cause instanceof Error)) return "no reason is known";
  const code = "code" in cause ? String(cause.code) : "";
  return REASONS[code] ?? (cause.message || code || cause.name);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ENOTFOUND: "the host is not known",
  EAI_AGAIN: "the host's name cannot be looked up",
  ETIMEDOUT: "no answer in time",
  ECONNABORTED: "no answer in time",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
};

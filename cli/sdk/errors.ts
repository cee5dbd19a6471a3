import type { ErrorCode } from "../../shared/codes.ts";
import { AppError, CodedError, RequestError } from "../../shared/errors.ts";
import { connectionFault, connectionReason } from "../../shared/http/connectionFault.ts";
import { MASTER_URL_FORMS } from "../../shared/http/masterAddress.ts";

/** Codes of the SDK itself; all others come from the master. */
export const MASTER_UNREACHABLE = "master_unreachable" satisfies ErrorCode;
export const ANSWER_BROKEN = "answer_broken" satisfies ErrorCode;
export const BAD_ANSWER = "bad_answer" satisfies ErrorCode;

/** There is no connection to the master, and there was none before. */
export function unreachable(url: string, cause: unknown): AppError {
  return new AppError(MASTER_UNREACHABLE, connectionFault(url, "master", cause), { status: 502, cause });
}

/** A connection to a master that has answered before cannot be made, or broke before the answer began. */
export function connectionLost(url: string, cause: unknown): AppError {
  const message = `The connection to the master at ${url} is lost (${connectionReason(cause)}).`;
  return new AppError(MASTER_UNREACHABLE, message, { status: 502, cause });
}

/** @param jobId the job that the answer was about, if it is known */
export function answerBroken(cause?: unknown, jobId?: string): AppError {
  const [which, details] =
    jobId === undefined ? ["The job", {}] : [`Job ${jobId}`, { job_id: jobId } as const];
  return new AppError(
    ANSWER_BROKEN,
    `The connection to the master broke before its answer was complete. ${which} may still be running there.`,
    { status: 502, cause, details },
  );
}

export function badAnswer(what: string, cause?: unknown): AppError {
  return new AppError(BAD_ANSWER, `The master's answer is not understood: ${what}.`, { status: 502, cause });
}

export function badUrl(given: string): RequestError {
  return new RequestError(
    "bad_url",
    `${given} is not the address of a master; needed: ${MASTER_URL_FORMS}, such as http://127.0.0.1:5000.`,
  );
}

export function slaveAnswers(url: string): RequestError {
  return new RequestError(
    "bad_url",
    `${url} is a slave, not a master. Use the master's address (port 5000 by default).`,
  );
}

export interface RefusedAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Header `Retry-After`. */
  readonly retryAfter: string | null;
}

/** The error of a refused request, from the problem document; without one (another server) only the status is known. */
export function refusal({ status, body, retryAfter }: RefusedAnswer): CodedError {
  const problem = asRecord(body);
  const { code, error, detail, ...rest } = problem;
  const sentence = [error, detail].find((text) => typeof text === "string");
  const { type: _type, title: _title, status: _status, ...details } = rest;
  return new CodedError(
    typeof code === "string" ? code : `http_${status}`,
    typeof sentence === "string" ? sentence : `The master answered with status ${status}.`,
    { status, details, ...(/^\d+$/.test(retryAfter ?? "") ? { retryAfter: Number(retryAfter) } : {}) },
  );
}

/** Whether the connection failed, so that the master may do the request a second time or never. */
export function isBroken(error: unknown): boolean {
  return error instanceof CodedError && (error.code === MASTER_UNREACHABLE || error.code === ANSWER_BROKEN);
}

/** Whether the master asks for the same request later. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof CodedError) || error.retryAfter === undefined) return false;
  return error.status === 429 || error.status === 503;
}

/** Whether a server, of this project or another one, has nothing at the address that was asked for. */
export function isNoRoute(error: unknown): boolean {
  return error instanceof CodedError && ["not_found", "http_404"].includes(error.code);
}

function asRecord(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}

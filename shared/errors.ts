import type { ErrorCode } from "./codes.ts";

/**
 * Every failure that a person may read is an AppError: a stable code for programs, a sentence for
 * the client, and (apart from it) a cause for the log. `http/problem.ts` is the only place
 * that turns one into an HTTP answer.
 */

export interface AppErrorInit {
  /** HTTP status of a request that ends with this error. */
  readonly status?: number;
  /** Extra members of the problem document: the field, its valid values, the limit. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** For the log only. */
  readonly cause?: unknown;
  /** Seconds after which the same request may succeed (`Retry-After`). */
  readonly retryAfter?: number;
  /** Further headers of the HTTP answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A failure with a code. The code may be of another version: it came from another process. */
export class CodedError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, init: AppErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = init.status ?? 500;
    this.details = init.details ?? {};
    this.retryAfter = init.retryAfter;
    this.headers = init.headers ?? {};
  }
}

/** A failure of this program, with one of its own codes. */
export class AppError extends CodedError {
  declare readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, init: AppErrorInit = {}) {
    super(code, message, init);
  }
}

/** The request is at fault: a wrong field, task, option. */
export class RequestError extends AppError {
  constructor(code: ErrorCode, message: string, init: AppErrorInit = {}) {
    super(code, message, { status: 400, ...init });
  }
}

/** One file is at fault (corrupt, empty, too large): it fails alone and keeps its code. */
export class FileError extends AppError {
  constructor(code: ErrorCode, message: string, init: AppErrorInit = {}) {
    super(code, message, { status: 422, ...init });
  }
}

/** The service cannot do the request now: it has no slaves or no room, or it stops. */
export class UnavailableError extends AppError {
  constructor(code: ErrorCode, message: string, init: AppErrorInit = {}) {
    super(code, message, { status: 503, retryAfter: 5, ...init });
  }
}

/** Variables of the environment that cannot be used; the message names all of them. */
export class ConfigError extends AppError {
  constructor(message: string) {
    super("bad_configuration", message);
  }
}

/** Code and message of a file that failed, as they go over the wire. */
export interface Failure {
  readonly code: string;
  /** A sentence for a person. */
  readonly error: string;
}

/** The stored bytes of a file are gone, or are not those that were stored. */
export function inputLost(filename: string): FileError {
  return new FileError(
    "input_lost",
    `The bytes of ${filename} are no longer stored, or damaged; most likely the power failed before they were on disk. Send it again.`,
  );
}

/** An unexpected error shows its code only: its text may hold paths and is for the log. */
export function toFailure(error: unknown): Failure {
  if (error instanceof CodedError) return { code: error.code, error: error.message };
  return { code: "internal_error", error: "The file could not be processed because of an internal error." };
}

/** The disk, or the quota of this user, is full. */
export function isDiskFull(error: unknown): boolean {
  return isErrno(error, "ENOSPC", "EDQUOT");
}

/** Whether an error of the file system, the store or the record says that a disk is full. */
export function isNoSpace(error: unknown): boolean {
  if (error instanceof AppError) return error.code === "no_space";
  return isDiskFull(error);
}

/** Whether an error, or its cause, says that the store cannot be reached now: the same work may succeed later. */
export function isStoreAway(error: unknown): boolean {
  if (error instanceof CodedError && STORE_AWAY.has(error.code)) return true;
  return error instanceof Error && error.cause !== undefined && isStoreAway(error.cause);
}

const STORE_AWAY: ReadonlySet<string> = new Set<ErrorCode>([
  "store_unavailable",
  "store_refused",
  "no_such_bucket",
  "clock_wrong",
]);

/** The error for clients where this process may not write to a folder of its own; undefined for other errors. */
export function notWritable(error: unknown): AppError | undefined {
  if (!isErrno(error, "EACCES", "EPERM", "EROFS") || error.path === undefined) return undefined;
  return new AppError(
    "not_writable",
    `A folder of the service cannot be written to (${error.code}). Its operator lets the user of the service write to DATA_DIR and RESULTS_DIR.`,
    { cause: error },
  );
}

export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

import { AppError, isNoSpace, isStoreAway, UnavailableError } from "../../../shared/errors.ts";

/** What an error of the SDK tells. The SDK's own object is not kept: it may hold what was signed. */
export interface S3Failure {
  readonly name: string;
  /** Of the answer; undefined when there was none. */
  readonly status: number | undefined;
  readonly message: string;
}

const NO_KEYS = new Set(["CredentialsProviderError", "TokenProviderError"]);
const SKEWED = new Set(["RequestTimeTooSkewed", "RequestExpired"]);
const FULL = new Set(["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"]);
const BUSY = new Set(["SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "Throttling"]);

export function failureOf(error: unknown): S3Failure {
  const {
    name = "Error",
    message = "",
    $metadata,
  } = error as Partial<Error> & {
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const code = (error as { readonly code?: unknown }).code;
  return {
    name: typeof code === "string" && name === "Error" ? code : name,
    status: $metadata?.httpStatusCode,
    message: String(message).slice(0, 300),
  };
}

/** Whether the same request may succeed soon. The SDK corrects its clock by the answer to a request with a wrong time. */
export function isPassing({ name, status }: S3Failure): boolean {
  if (NO_KEYS.has(name) || FULL.has(name) || name === "AbortError") return false;
  if (status === undefined || BUSY.has(name) || SKEWED.has(name)) return true;
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 507);
}

export function isMissing({ name, status }: S3Failure): boolean {
  return name !== "NoSuchBucket" && (status === 404 || name === "NoSuchKey" || name === "NotFound");
}

/** Whether a range lies behind the end of its object. */
export function isOutside({ name, status }: S3Failure): boolean {
  return status === 416 || name === "InvalidRange";
}

/** The error for clients; the cause, for the log, has neither keys nor what was signed. */
export function storeError(failure: S3Failure): AppError {
  const { name, status, message } = failure;
  const cause = new Error(`${name}${status === undefined ? "" : ` (HTTP ${status})`}: ${message}`);
  if (FULL.has(name) || status === 507)
    return new UnavailableError("no_space", "The bucket of the store is full.", { cause, retryAfter: 60 });
  if (SKEWED.has(name)) return clockWrong(cause);
  if (name === "NoSuchBucket")
    return new UnavailableError("no_such_bucket", "The bucket of the store does not exist.", { cause });
  if (isPassing(failure))
    return new UnavailableError("store_unavailable", "The store does not answer. Send the request again.", {
      cause,
    });
  return new UnavailableError("store_refused", "The store refuses the master's requests.", { cause });
}

/** The error, when it says that the store as a whole cannot be used now. */
export function asTrouble(error: unknown): AppError | undefined {
  return error instanceof AppError && (isStoreAway(error) || isNoSpace(error)) ? error : undefined;
}

/** Difference of the clocks that a server of S3 still accepts is 15 minutes; lists of jobs should be right, too. */
const MOST_SKEW_MS = 5 * 60_000;

/** The error when the server's clock, as its last answer told it, differs too much from this machine's. */
export function clockTrouble(serverTime: number | undefined, now: number): AppError | undefined {
  const skew = serverTime === undefined ? 0 : Math.abs(now - serverTime);
  if (skew <= MOST_SKEW_MS) return undefined;
  return clockWrong(new Error(`They differ by ${Math.round(skew / 60_000)} minutes.`));
}

function clockWrong(cause: Error): AppError {
  const message = "The clock of the master differs from that of its store.";
  return new UnavailableError("clock_wrong", message, { cause });
}

import { AppError, ConfigError, isErrno, UnavailableError } from "../../../shared/errors.ts";

/** SQLSTATE of an error of the server; undefined for other errors. */
export function stateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("severity" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Transactions met each other, and the server ended this one: the same transaction may succeed. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(stateOf(error) ?? "");
}

/** The answer did not come: the connection broke, or was never made. */
export function isBroken(error: unknown): boolean {
  if (isErrno(error, "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "ENOENT"))
    return true;
  const state = stateOf(error);
  // Class 57P is a server that stops, starts or crashed; 53300 has no connection left.
  if (state !== undefined) return /^(?:08|57P|53300)/.test(state);
  return (
    error instanceof Error &&
    /^(?:Connection terminated|timeout exceeded|timeout expired|Query read timeout|Client (?:has|was))/.test(
      error.message,
    )
  );
}

export function unavailable(cause: unknown): AppError {
  const isTaken = cause instanceof AppError && cause.code === "data_in_use";
  const problem = isTaken
    ? "Another master took the database over while this one was cut off from it. This master goes on when that one has ended."
    : "The master's database does not answer. The same request may succeed when it is back.";
  return new UnavailableError("database_unavailable", problem, { cause });
}

/** An error of the server or of the library as the AppError that says what to do. */
export function translated(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const state = stateOf(error) ?? "";
  // 25006: a replica that has not taken over yet is read only.
  if (isBroken(error) || isConflict(error) || ["57014", "55P03", "25P03", "25006"].includes(state)) {
    return unavailable(error);
  }
  if (["53100", "53200"].includes(state)) {
    const problem = "There is no room left on the disk of the database (DATABASE_URL).";
    return new UnavailableError("no_space", problem, { cause: error, retryAfter: 60 });
  }
  return error;
}

/** An error of the first connection, which is mostly one of the configuration. */
export function refusal(error: unknown): unknown {
  const state = stateOf(error) ?? "";
  if (/^28|^3D000$|^42501$/.test(state) && error instanceof Error)
    return new ConfigError(`DATABASE_URL: the server refuses the connection: ${error.message}.`);
  const known = translated(error);
  if (!(known instanceof AppError && known.code === "database_unavailable")) return known;
  const problem = `The database (DATABASE_URL) does not answer: ${reasonOf(known.cause)}. See that PostgreSQL runs, and that this machine reaches it.`;
  return new UnavailableError("database_unavailable", problem, { cause: known.cause });
}

/** A name with several addresses gives an error of all of them, which has no text of its own. */
function reasonOf(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message.replace(/\.$/, "") : String(first);
}

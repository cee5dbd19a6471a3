import { CommanderError } from "commander";
import type { ErrorCode } from "../shared/codes.ts";
import { AppError, CodedError } from "../shared/errors.ts";
import { ANSWER_BROKEN, MASTER_UNREACHABLE } from "./sdk/index.ts";

/** Exit codes of the CLI, as listed in docs/cli.md. */
export const EXIT = {
  done: 0,
  /** Some files failed, or the command could not do its work. */
  failed: 1,
  usage: 2,
  /** The master cannot be reached, or accepts no work now (429, 502, 503, 504). */
  unreachable: 3,
  timedOut: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/** An error in the arguments of the command line. */
export class UsageError extends AppError {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super("usage", message, { status: 400, details });
  }
}

/** The reason of an abort by a signal. */
export class Interrupted extends AppError {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super("interrupted", "Interrupted.");
    this.signal = signal;
  }
}

export function timedOut(seconds: number): AppError {
  return new AppError("timed_out", `Not done within ${seconds} seconds, as --timeout asked.`);
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof Interrupted) return error.signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
  if (!(error instanceof CodedError)) return EXIT.failed;
  return BY_CODE[error.code] ?? BY_STATUS[error.status] ?? EXIT.failed;
}

const BY_CODE: Readonly<Record<string, number>> = {
  timed_out: EXIT.timedOut,
  bad_configuration: EXIT.usage,
  [MASTER_UNREACHABLE]: EXIT.unreachable,
  [ANSWER_BROKEN]: EXIT.unreachable,
} satisfies Partial<Record<ErrorCode, number>>;

const BY_STATUS: Readonly<Record<number, number>> = {
  400: EXIT.usage,
  401: EXIT.usage,
  403: EXIT.usage,
  404: EXIT.usage,
  405: EXIT.usage,
  429: EXIT.unreachable,
  502: EXIT.unreachable,
  503: EXIT.unreachable,
  504: EXIT.unreachable,
};

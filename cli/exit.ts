import { CommanderError } from "commander";
import type { ErrorCode } from "../shared/codes.ts";
import { AppError, CodedError } from "../shared/errors.ts";
import { ANSWER_BROKEN, MASTER_UNREACHABLE } from "./sdk/errors.ts";

/** Exit codes of the CLI, as listed in docs/cli.md. */
export const EXIT = {
  done: 0,
  /** Some files failed, or the command could not do its work. */
  failed: 1,
  usage: 2,
  /** The master cannot be reached, or accepts no work now (429, 502, 503, 504). */
  unreachable: 3,
  timedOut: 4,
  /** All files that were sent are done; others in the folders were left out. */
  leftOut: 5,
} as const;

/** Signals that interrupt a command, with its exit code: 128 and the number of the signal. */
export const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type InterruptSignal = keyof typeof SIGNALS;

/** An error in the arguments of the command line. */
export class UsageError extends AppError {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super("usage", message, { status: 400, details });
  }
}

/** What an error of the command line says about a job. */
export interface JobNote {
  /** What became of the job; it follows the error's own sentence. */
  readonly sentence: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const NO_JOB: JobNote = { sentence: "", details: {} };

/** The reason of an abort by a signal. */
export class Interrupted extends AppError {
  readonly signal: InterruptSignal;

  constructor(signal: InterruptSignal, { sentence, details }: JobNote = NO_JOB) {
    super("interrupted", `Interrupted${sentence === "" ? "." : `: ${sentence}`}`, { details });
    this.signal = signal;
  }
}

/** The reason of an abort by `--timeout`. */
export class TimedOut extends AppError {
  readonly seconds: number;

  constructor(seconds: number, { sentence, details }: JobNote = NO_JOB) {
    const own = `Not done within ${seconds} seconds, as --timeout asked`;
    super("timed_out", `${own}${sentence === "" ? "." : `: ${sentence}`}`, { details });
    this.seconds = seconds;
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof Interrupted) return SIGNALS[error.signal];
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

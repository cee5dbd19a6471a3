import type { CliContext } from "../context.ts";

/** Runs a command's work with its context; the number is the exit code. */
export type RunCommand = (work: (context: CliContext) => Promise<number>) => Promise<void>;

import type { CliContext } from "../context.ts";

/** Runs the work of a command, which resolves with the exit code. */
export type RunCommand = (work: (context: CliContext) => Promise<number>) => Promise<void>;

import { CodedError } from "../errors.ts";

/** Ends a process that cannot go on. It prints a sentence where the operator can do something, else the stack. */
export function failed(error: unknown): never {
  process.stderr.write(`${error instanceof CodedError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}

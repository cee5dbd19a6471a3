import { CodedError } from "../errors.ts";

/** The end of a process that cannot go on: a sentence where the operator can do something, else where it broke. */
export function failed(error: unknown): never {
  process.stderr.write(`${error instanceof CodedError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}

import type { GuestSettings } from "./guest.ts";

/**
 * Lines between a unit and the process of its function. To the process: the settings as JSON, then an item on each line.
 * From it: `=` when the function is made or `!` and an error when it cannot be, then for each item its console output and
 * its reply, `+` and the result or `-` and the error. `.` asks for a new process after that reply.
 */
export const READY = "=";
export const REFUSED = "!";
export const RENEW = ".";
export const PRINTED = ">";
/** Followed by the milliseconds that the replies before it took. */
export const BUSY = "#";
/** Followed by the number of console lines of the item that were left out. */
export const DROPPED = "~";

export interface FunctionSettings extends GuestSettings {
  /** Text of an expression that gives the function. */
  readonly source: string;
  /** Longest time of one call. */
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

export type FunctionMode = "sandbox" | "trusted";

/** The function's name in stacks. */
export const FUNCTION_FILE = "function.js";

/** Makes the replies of a function's calls. */
export interface FunctionEngine {
  call(text: string): string | Promise<string>;
  /** After an overrun the engine must not be used again. */
  readonly isSpent: boolean;
}

export type Print = (level: string, text: string) => void;

/** The reply of a call that failed outside of the function. */
export function failedReply(code: string, message: string): string {
  return `-${JSON.stringify({ code, name: "Error", message, stack: "" })}`;
}

/** The function cannot be made from its source. */
export class BadFunction extends Error {}

/** The source as an expression; a comment at its end must not hide the bracket. */
export function expressionOf(source: string): string {
  return `(${source}\n)`;
}

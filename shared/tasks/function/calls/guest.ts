import { fromTypedText, toTypedText } from "../../../values/typedJson.ts";

/**
 * Runs beside the function: inside the sandbox, where it is the only other code, and in the process of trusted functions.
 * The sandbox gets the compiled text of this module and of typedJson and base64, which therefore import nothing else.
 */

/** What the guest may call outside. */
export interface GuestHost {
  print(level: string, text: string): void;
  /** The reply of a call that gave a promise. */
  settled(reply: string): void;
}

export interface GuestSettings {
  /** Typed JSON: a list of arguments that follow the item. */
  readonly args: string;
  /** Whether an item is a list of arguments. */
  readonly spread: boolean;
  /** Calls after one that failed. */
  readonly retries: number;
  /** Most characters of a result. */
  readonly longest: number;
}

type AnyFunction = (...values: readonly unknown[]) => unknown;

/** Calls the function with an item as typed JSON. The reply is `+` and the result, or `-` and the error. */
export type GuestCall = (text: string) => string | undefined;

/** Most characters of one line of console output, of a message and of a stack. */
const LONGEST_LINE = 2_000;
const LONGEST_STACK = 4_000;

export function guestCalls(fn: AnyFunction, settings: GuestSettings, host: GuestHost): GuestCall {
  const args = fromTypedText(settings.args) as readonly unknown[];
  const tell = (value: unknown) => success(value, settings.longest);
  const attempt = (text: string, left: number): string | undefined => {
    const again = (error: unknown) => (left > 0 ? attempt(text, left - 1) : failure("thrown", error));
    const item = fromTypedText(text);
    let result: unknown;
    try {
      result = fn(...(settings.spread && Array.isArray(item) ? item : [item]), ...args);
      if (!isThenable(result)) return tell(result);
    } catch (error) {
      return again(error);
    }
    const settle = (reply: string | undefined) => reply !== undefined && host.settled(reply);
    Promise.resolve(result).then(
      (value) => settle(tell(value)),
      (error: unknown) => settle(again(error)),
    );
    return undefined;
  };
  return (text) => {
    try {
      return attempt(text, settings.retries);
    } catch (error) {
      return failure("bad_item", error);
    }
  };
}

/** The console of the function. */
export function guestConsole(host: Pick<GuestHost, "print">): Readonly<Record<string, AnyFunction>> {
  const levels = ["log", "info", "warn", "error", "debug"];
  const print =
    (level: string): AnyFunction =>
    (...values) =>
      host.print(level, values.map(shown).join(" ").slice(0, LONGEST_LINE));
  return Object.fromEntries(levels.map((level) => [level, print(level)]));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function success(value: unknown, longest: number): string {
  let text: string;
  try {
    text = toTypedText(value);
  } catch (error) {
    return failure("bad_value", error);
  }
  if (text.length <= longest) return `+${text}`;
  return failure(
    "result_too_large",
    new Error(`The result has ${text.length} characters; ${longest} are allowed.`),
  );
}

/** The fields of an error may be of any kind, and reading them may throw. */
function failure(code: string, error: unknown): string {
  const isError = isA(error, Error);
  const name = isError ? field(error, "name", 200) : typeof error;
  const message = isError ? field(error, "message", LONGEST_LINE) : shown(error).slice(0, LONGEST_LINE);
  const stack = isError ? field(error, "stack", LONGEST_STACK) : "";
  return `-${JSON.stringify({ code, name, message, stack })}`;
}

/** A proxy may refuse to tell. */
function isA<Kind extends object>(value: unknown, kind: new () => Kind): value is Kind {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

function field(error: object, name: string, most: number): string {
  try {
    return String((error as Readonly<Record<string, unknown>>)[name]).slice(0, most);
  } catch {
    return `(its ${name} cannot be read)`;
  }
}

function shown(value: unknown): string {
  try {
    if (typeof value === "string") return value;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  } catch {
    return "(a value that cannot be shown)";
  }
}

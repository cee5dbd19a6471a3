import { FUNCTION_FILE } from "./calls/protocol.ts";
import type { ItemError } from "./results.ts";

/** The reply of a call as the entry of its item. What the process sends is not trusted: it must be JSON. */
export function entryOf(index: number, reply: string): { readonly text: string; readonly ok: boolean } {
  const json = reply.slice(1);
  if (reply[0] === "+" && isJson(json)) return { text: `{"index":${index},"value":${json}}`, ok: true };
  const error = reply[0] === "-" ? errorOf(json) : NO_JSON;
  return { text: `{"index":${index},"error":${JSON.stringify(error)}}`, ok: false };
}

const NO_JSON: ItemError = {
  code: "bad_value",
  name: "Error",
  message: "The function changed how results are sent: this one is no typed JSON.",
  stack: "",
};

const CODES: readonly string[] = [
  "thrown",
  "bad_item",
  "bad_value",
  "result_too_large",
  "timed_out",
  "out_of_memory",
  "child_crashed",
];

function errorOf(json: string): ItemError {
  const given = isJson(json) ? (JSON.parse(json) as Readonly<Record<string, unknown>> | null) : null;
  if (given === null) return NO_JSON;
  const text = (name: string) => String(given[name] ?? "");
  const [name, message, code] = [text("name"), text("message"), text("code")];
  const isFull = name === "InternalError" && message === "out of memory";
  return {
    code: isFull ? "out_of_memory" : (CODES.find((known) => known === code) ?? "thrown"),
    name,
    message,
    stack: stackOf(text("stack"), `${name}: ${message}`),
  };
}

/** A place in the line in which a bracket stands before the source. */
const FIRST_LINE = /function\.js:1:(\d+)/;

/** The function's own lines of a stack, below its first line; those of the engine say nothing to its author. */
function stackOf(stack: string, first: string): string {
  const own = stack
    .split("\n")
    .filter((line) => line.includes(FUNCTION_FILE) && line.trimStart().startsWith("at "))
    .map(
      (line) =>
        `    ${line.trim().replace(FIRST_LINE, (_, column) => `${FUNCTION_FILE}:1:${Number(column) - 1}`)}`,
    );
  return own.length === 0 ? "" : [first, ...own].join("\n");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

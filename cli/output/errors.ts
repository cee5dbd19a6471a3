import { AppError, CodedError, isErrno } from "../../shared/errors.ts";
import { printable, printableJson } from "../../shared/printable.ts";
import { MASTER_UNREACHABLE } from "../sdk/errors.ts";
import type { PrintFormat } from "./format.ts";
import { startCommand } from "./ownName.ts";
import type { Terminal } from "./terminal.ts";

/** Prints an error to standard error; where the answer would be JSON, also as JSON to standard output. */
export function describeError(error: unknown, terminal: Terminal, format: PrintFormat): void {
  const known = error instanceof CodedError ? error : unexpected(error);
  const document = { ...known.details, code: known.code, error: known.message };
  if (format === "json") terminal.print(printableJson(document, 2));
  if (format === "ndjson") terminal.print(printableJson(document));
  terminal.note(`manyhands: ${printable(known.message)}`);
  for (const line of advice(known)) terminal.note(printable(line));
}

function advice({ code, status, details, cause }: CodedError): string[] {
  const { valid_values: valid, hint } = details;
  return [
    ...(code === MASTER_UNREACHABLE && isErrno(cause, "ECONNREFUSED")
      ? [`Start one with ${startCommand("master")}, or give its address with --master or MASTER_URL.`]
      : []),
    ...(Array.isArray(valid) && valid.length > 0 ? [`Valid: ${valid.join(", ")}`] : []),
    ...(typeof hint === "string" ? [hint] : []),
    ...(status === 401 || status === 403
      ? ["Give the client token with --token, or set CLIENT_TOKEN (or MANYHANDS_TOKEN) as at the master."]
      : []),
  ];
}

function unexpected(error: unknown): AppError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new AppError("internal_error", `Something unexpected went wrong. ${text}`);
}

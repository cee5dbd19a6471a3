import { printableJson } from "../../shared/printable.ts";
import { UsageError } from "../exit.ts";
import { csvLines } from "../output/csv.ts";
import type { PrintFormat } from "../output/format.ts";
import type { Terminal } from "../output/terminal.ts";
import { type Connection, type ConnectionFlags, connected } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";

/** What a command answers, in each format. */
export interface Shown {
  /** The answer as one document, for `json`. */
  readonly document: unknown;
  /** Its records, for `ndjson` and `csv`. */
  readonly rows: readonly object[];
  /** Columns of `csv`; see `csvLines`. */
  readonly fields: readonly string[];
  /** Its lines for people. */
  readonly lines: (terminal: Terminal) => readonly string[];
  /** Remarks for people, on standard error. */
  readonly notes?: readonly string[];
  /** The exit code: 0 unless it says another. */
  readonly code?: number;
}

/** Format of an answer. @throws UsageError when the flags name two */
export function formatOf({ output, json }: Pick<ConnectionFlags, "output" | "json">): PrintFormat {
  if (json === true && output !== undefined && output !== "json")
    throw new UsageError(`--json and --output ${output} exclude each other.`);
  return json === true ? "json" : (output ?? "table");
}

/** Runs a command that asks the master, and prints what it answers. */
export async function show(
  run: RunCommand,
  flags: ConnectionFlags,
  ask: (connection: Connection, terminal: Terminal) => Promise<Shown>,
): Promise<void> {
  await run(async (context) => {
    const format = formatOf(flags);
    const { terminal } = context;
    return printShown(await connected(context, flags, (connection) => ask(connection, terminal)), {
      format,
      terminal,
    });
  });
}

interface PrintTerms {
  readonly format: PrintFormat;
  readonly terminal: Terminal;
}

/** @returns the exit code */
export function printShown(answer: Shown, { format, terminal }: PrintTerms): number {
  for (const line of linesIn(format, answer, terminal)) terminal.print(line);
  if (format === "table") for (const note of answer.notes ?? []) terminal.note(note);
  return answer.code ?? 0;
}

function linesIn(format: PrintFormat, answer: Shown, terminal: Terminal): readonly string[] {
  const { document, rows, fields, lines } = answer;
  switch (format) {
    case "table":
      return lines(terminal);
    case "json":
      return [printableJson(document, 2)];
    case "ndjson":
      return rows.map((row) => printableJson(row));
    case "csv":
      return csvLines(fields, rows);
  }
}

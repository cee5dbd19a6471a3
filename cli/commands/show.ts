import { printableJson } from "../../shared/printable.ts";
import type { Terminal } from "../output/terminal.ts";
import { type Connection, type ConnectionFlags, connected } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";

/** An answer of the master, its lines for a terminal, and the exit code. */
export interface Shown {
  readonly document: unknown;
  readonly lines: (terminal: Terminal) => readonly string[];
  /** 0 unless it says another. */
  readonly code?: number;
}

export function shown<T>(document: T, lines: (document: T, terminal: Terminal) => readonly string[]): Shown {
  return { document, lines: (terminal) => lines(document, terminal) };
}

/** Runs a command that asks the master and prints what it answers, with `--json` as a document. */
export async function show(
  run: RunCommand,
  flags: ConnectionFlags,
  ask: (connection: Omit<Connection, "close">) => Promise<Shown>,
): Promise<void> {
  await run(async (context) => {
    const { terminal } = context;
    const { document, lines, code = 0 } = await connected(context, flags, ask);
    if (flags.json === true) terminal.print(printableJson(document, 2));
    else for (const line of lines(terminal)) terminal.print(line);
    return code;
  });
}

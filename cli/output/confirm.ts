import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

/** Whether a person can be asked: questions go to standard error, answers come from standard input. */
export function canAsk({ stdin, bar }: Pick<Terminal, "stdin" | "bar">): boolean {
  return stdin.isTTY === true && bar !== undefined;
}

/** Asks a question on the terminal. No answer, and the end of the input, are no. */
export async function confirmed(
  { stdin, bar }: Pick<Terminal, "stdin" | "bar">,
  question: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (bar === undefined) return false;
  // The terminal keeps its own mode, so that Ctrl-C still is a signal.
  const lines = createInterface({ input: stdin, output: bar, terminal: false });
  try {
    const ended = once(lines, "close", { signal }).then(() => "");
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

/** Whether a person can be asked: questions go to standard error, answers come from standard input. */
export function canAsk({ stdin, bar }: Pick<Terminal, "stdin" | "bar">): boolean {
  return stdin.isTTY === true && bar !== undefined;
}

/** Asks a question on the terminal. No answer, and the end of the input, are no. */
export async function confirmed(
  terminal: Pick<Terminal, "stdin" | "bar">,
  question: string,
  signal: AbortSignal,
): Promise<boolean> {
  return /^y(es)?$/i.test(await answerTo(`${question} [y/N] `, terminal, signal));
}

/** The line that a person writes; empty at the end of the input, and without a terminal. */
export async function answerTo(
  question: string,
  { stdin, bar }: Pick<Terminal, "stdin" | "bar">,
  signal?: AbortSignal,
): Promise<string> {
  if (bar === undefined) return "";
  const terms = signal === undefined ? {} : { signal };
  // The terminal keeps its own mode, so that Ctrl-C still is a signal.
  const lines = createInterface({ input: stdin, output: bar, terminal: false });
  try {
    const ended = once(lines, "close", terms).then(() => "");
    return (await Promise.race([lines.question(question, terms), ended])).trim();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

import { text } from "node:stream/consumers";
import { Interrupted } from "../exit.ts";
import type { Terminal } from "./terminal.ts";

/** Enter, and Ctrl-D. */
const ENDS = ["\r", "\n", "\u0004"];
const CTRL_C = "\u0003";
const BACKSPACE = ["\b", "\u007f"];

/** Reads a secret: on a terminal one line that is not shown, else all of standard input. Empty: none was given. */
export async function readSecret(
  terminal: Pick<Terminal, "stdin" | "bar">,
  question: string,
): Promise<string> {
  const { stdin, bar } = terminal;
  if (stdin.isTTY !== true) return (await text(stdin)).trim();
  bar?.write(question);
  stdin.setRawMode(true);
  try {
    return await hiddenLine(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    bar?.write("\n");
  }
}

async function hiddenLine(stdin: NodeJS.ReadStream): Promise<string> {
  let line = "";
  for await (const chunk of stdin.iterator({ destroyOnReturn: false }))
    for (const character of String(chunk)) {
      if (character === CTRL_C) throw new Interrupted("SIGINT");
      if (ENDS.includes(character)) return line.trim();
      line = BACKSPACE.includes(character) ? line.slice(0, -1) : line + character;
    }
  return line.trim();
}

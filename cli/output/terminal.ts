import { styleText } from "node:util";

/** The streams of a command, and what they can show. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  /** A line of what was asked for. */
  print(line: string): void;
  /** A line about how it goes: standard error. */
  note(line: string): void;
  /** Columns of standard output; undefined when it is no terminal. */
  readonly width: number | undefined;
  /** Standard error is a terminal, where a progress bar can be drawn. */
  readonly bar: NodeJS.WriteStream | undefined;
  paint(style: TextStyle, text: string): string;
}

export type TextStyle = "bold" | "dim" | "green" | "red" | "yellow";

export function openTerminal(streams: Pick<NodeJS.Process, "stdin" | "stdout" | "stderr">): Terminal {
  const { stdin, stdout, stderr } = streams;
  // `hasColors` knows NO_COLOR, FORCE_COLOR and dumb terminals.
  const colours = stdout.isTTY === true && stdout.hasColors();
  return {
    stdin,
    print: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    width: stdout.isTTY === true && stdout.columns > 0 ? stdout.columns : undefined,
    bar: stderr.isTTY === true ? stderr : undefined,
    paint: (style, text) => (colours ? styleText(style, text) : text),
  };
}

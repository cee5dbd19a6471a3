import { styleText } from "node:util";

/** The standard streams of a command and their abilities. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  /** Prints a line of the answer to standard output. */
  print(line: string): void;
  /** Prints a line about the run to standard error. */
  note(line: string): void;
  /** Columns of standard output; undefined when it is no terminal. */
  readonly width: number | undefined;
  /** Standard error, if it is a terminal that can show a progress bar. */
  readonly bar: NodeJS.WriteStream | undefined;
  /** Standard output, if it is a terminal. */
  readonly screen: NodeJS.WriteStream | undefined;
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
    screen: stdout.isTTY === true ? stdout : undefined,
    paint: (style, text) => (colours ? styleText(style, text) : text),
  };
}

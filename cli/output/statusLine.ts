import { cut } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** One line on standard error that is replaced by the next on a terminal; elsewhere each is a line of its own. */
export interface StatusLine {
  show(text: string): void;
  /** Removes the line from a terminal. */
  end(): void;
}

const CLEAR_LINE = "\r\x1b[2K";

export function openStatusLine({ bar, note }: Pick<Terminal, "bar" | "note">): StatusLine {
  let shown = "";
  const show = (text: string) => {
    if (text === shown) return;
    shown = text;
    if (bar === undefined) note(text);
    else bar.write(CLEAR_LINE + cut(text, bar.columns || undefined));
  };
  return { show, end: () => void (shown !== "" && bar?.write(CLEAR_LINE)) };
}

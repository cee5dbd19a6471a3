import type { Xml } from "../xml.ts";

/** Looks of text that HTML and Markdown keep, as bits. */
export const LOOKS = { strong: 1, em: 2, s: 4, sup: 8, sub: 16 } as const;

/** A formula within a line of text, or on lines of its own. */
export type EquationPlace = "inline" | "display";

/** The text of one paragraph while it is read, and the same in the form that the client asked for. */
export interface Line {
  readonly text: string;
  /** The text as HTML or Markdown; "" where only the text is asked for. */
  readonly rendered: string;
  write(text: string): void;
  /** Sets the look of what follows: a sum of `LOOKS`. */
  look(looks: number): void;
  /** Starts a link to an address, or ends it. */
  link(target: string | undefined): void;
  /** Writes the mark of a note: `[1]`, `[e1]`. */
  note(mark: string): void;
  /** Writes the description of a picture. */
  picture(description: string): void;
  /** Writes an `m:oMath`. */
  equation(equation: Xml, place: EquationPlace): void;
}

/** The text of a picture whose author described it. */
export function pictureText(description: string): string {
  return `[${description}]`;
}

import type { LeftOut } from "../leftOut.ts";
import type { Notes } from "../notes.ts";
import type { Relationships } from "../package.ts";
import type { Style, Styles } from "../styles.ts";
import type { Xml } from "../xml.ts";
import type { WordFields } from "./fields.ts";
import type { Line } from "./line.ts";

/** Contents of the runs of a paragraph other than its text. */
export interface Found {
  /** `w:txbxContent` of text boxes that are anchored in the paragraph, and `txBody` of drawn ones. */
  readonly boxes: Xml[];
  /** Tables inside a run, where Word allows none. */
  readonly tables: Xml[];
  /** Ids of the relationships to charts and diagrams. */
  readonly graphics: string[];
}

/** A paragraph while it is read. */
export interface InlineReading {
  readonly line: Line;
  readonly notes: Notes;
  readonly fields: WordFields;
  readonly found: Found;
  readonly links: Relationships;
  readonly leftOut: LeftOut;
  readonly styles: Styles;
  /** Style of the paragraph. */
  readonly style: Style;
  run: Run;
  /** Length of the text at the end of a formula that a letter or digit behind it would change; -1 for none. */
  formulaEnd: number;
  /** The last text that was written; the whole line is not searched for its end. */
  tail: string;
}

/** Properties of the run that is read. */
export interface Run {
  /** Its font, where that is a font of symbols. */
  readonly font: string | undefined;
  readonly isRaised: boolean;
  /** A sum of `LOOKS`. */
  readonly looks: number;
}

/** Writes text into the line, unless it belongs to the instruction of a field. Places of hyphens within words are no text. */
export function say(text: string, reading: InlineReading): void {
  const shown = text.includes("\u00ad") ? text.replaceAll("\u00ad", "") : text;
  if (shown === "" || reading.fields.takes(shown)) return;
  const { line } = reading;
  if (reading.formulaEnd === line.text.length && /^[\p{L}\p{N}(]/u.test(shown)) line.write(" ");
  line.write(shown);
  reading.tail = shown;
}

import type { JsonObject } from "../../task.ts";
import type { DocxBlock } from "../docx/blocks.ts";
import type { Edge } from "../docx/sides.ts";
import type { Grid } from "./grid.ts";

/** A document as its reader found it, before limits and forms of text: all kinds but PDF, DOCX and plain text. */
export interface DocumentReading {
  readonly document_type: ReadingType;
  readonly media_type: string;
  /** Encoding of a text; absent for formats that state theirs. */
  readonly encoding?: string;
  readonly metadata?: Readonly<Record<string, string | null>>;
  readonly sections: readonly Section[];
  readonly links?: readonly DocumentLink[];
  readonly notes?: readonly SideNote[];
  readonly attachments?: readonly InnerAttachment[];
  /** Headers and footers of the formats that keep them apart from the text. */
  readonly edges?: Edges;
  readonly left_out?: readonly { readonly kind: string; readonly count: number }[];
}

/** Values of `document_type`. */
export const READING_TYPES = [
  ...["CSV", "XLSX", "PPTX", "HTML", "Email", "ODT", "ODS", "ODP", "RTF", "EPUB", "Archive", "DOC"],
] as const;
export type ReadingType = (typeof READING_TYPES)[number];

export const SECTION_KINDS = ["text", "sheet", "slide", "chapter", "message", "file"] as const;

/** A sheet, slide, chapter or message; formats without parts have one section. */
export interface Section {
  readonly kind: (typeof SECTION_KINDS)[number];
  /** Name of the sheet, title of the slide or chapter, name of the file; "" without one. */
  readonly title: string;
  /** Whether the program that shows the file hides it. */
  readonly hidden: boolean;
  readonly parts: readonly (DocxBlock | Grid)[];
}

export interface Edges {
  readonly headers: readonly Edge[];
  readonly footers: readonly Edge[];
}

export interface DocumentLink {
  readonly text: string;
  readonly target: string;
}

/** A note or comment beside the text; whether it is in `text_content` depends on the format. */
export interface SideNote {
  readonly kind: "comment" | "note" | "footnote" | "endnote";
  /** Number of the section, from 1. */
  readonly section: number;
  /** Cell of a sheet or mark in the text; "" without one. */
  readonly place: string;
  readonly author: string;
  readonly text: string;
}

export interface InnerAttachment {
  readonly filename: string;
  readonly media_type: string;
  readonly bytes: number;
  /** Reason why it could not be read. */
  readonly error?: string;
  /** The fields of the result that it would have by itself, of a file that was read; null where there was no room. */
  readonly result?: JsonObject | null;
}

import type { DocumentOptions } from "../../options.ts";
import type { DocxBlock } from "../blocks.ts";
import { HtmlLine } from "../inline/htmlLine.ts";
import type { Line } from "../inline/line.ts";
import { MarkdownLine } from "../inline/markdownLine.ts";
import { PlainLine } from "../inline/plainLine.ts";

/** How the text is written beside the plain text. */
export interface Form {
  /** Starts a line of text. */
  line(): Line;
  /** Blocks of a cell that are needed to write the form. */
  kept(blocks: readonly DocxBlock[]): readonly DocxBlock[];
}

export const FORMS: Readonly<Record<DocumentOptions["format"], Form>> = {
  text: { line: () => new PlainLine(), kept: () => [] },
  html: { line: () => new HtmlLine(), kept: (blocks) => blocks },
  markdown: { line: () => new MarkdownLine(), kept: (blocks) => blocks },
};

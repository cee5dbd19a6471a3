import type { DocxBlock } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";
import type { Line } from "../docx/inline/line.ts";
import type { LeftOut } from "../docx/leftOut.ts";
import { integer } from "../docx/numerals.ts";
import { elements, find, textBelow, type Xml } from "../docx/xml.ts";
import { entryOf } from "../own.ts";
import type { DocumentLink, SideNote } from "../reading/reading.ts";
import { singleSpaced } from "../reading/white.ts";

import type { NumberedLists } from "./lists.ts";

/** What the paragraphs of a document share. */
export interface OdfContext {
  readonly form: Form;
  readonly leftOut: LeftOut;
  readonly links: DocumentLink[];
  readonly notes: SideNote[];
  /** Number of the section that is read, from 1. */
  section: number;
  readonly numbered: NumberedLists;
}

/** What stands in a paragraph and is a block of its own. */
export interface Anchored {
  readonly boxes: Xml[];
}

/** Most spaces that one element may stand for. */
const MOST_SPACES = 1_000;

/** Reads the text of a paragraph (OpenDocument 1.3 part 3, 6.1). */
export function readInline(
  parent: Xml,
  line: Line,
  of: { readonly context: OdfContext; readonly anchored: Anchored },
): void {
  for (const child of parent.children) {
    if (typeof child === "string") line.write(collapsed(child, line.text));
    else (entryOf(READERS, child.name) ?? readInline)(child, line, of);
  }
}

/** White space in the file counts as one space, and as none at the start of a paragraph. */
function collapsed(text: string, before: string): string {
  const single = singleSpaced(text);
  return single.startsWith(" ") && (before === "" || /[ \n\t]$/.test(before)) ? single.slice(1) : single;
}

type Reader = (
  element: Xml,
  line: Line,
  of: { readonly context: OdfContext; readonly anchored: Anchored },
) => void;

const skip: Reader = () => undefined;

const READERS: Readonly<Record<string, Reader>> = {
  "text:s": ({ attributes }, line) =>
    line.write(" ".repeat(Math.min(MOST_SPACES, Math.max(1, integer(attributes["text:c"], 1))))),
  "text:tab": (_, line) => line.write("\t"),
  "text:line-break": (_, line) => line.write("\n"),
  "text:a": readLink,
  "text:note": readNote,
  "office:annotation": readComment,
  "draw:frame": (frame, line, { context, anchored }) => readFrame(frame, line, { context, anchored }),
  "draw:custom-shape": (shape, _, { anchored }) => void anchored.boxes.push(shape),
  "text:ruby": readRuby,
  "text:tracked-changes": skip,
  "text:change": skip,
  "text:change-start": skip,
  "text:change-end": skip,
  "text:hidden-text": skip,
  "text:script": skip,
  "office:binary-data": skip,
  "office:event-listeners": skip,
  "text:note-citation": skip,
};

function readLink(element: Xml, line: Line, of: Parameters<Reader>[2]): void {
  const target = element.attributes["xlink:href"] ?? "";
  const from = line.text.length;
  const isAddress = target !== "" && !target.startsWith("#");
  if (isAddress) line.link(target);
  readInline(element, line, of);
  if (!isAddress) return;
  line.link(undefined);
  of.context.links.push({ text: line.text.slice(from), target });
}

/** A note stands as its mark in the text and in the list of notes. */
function readNote(element: Xml, line: Line, { context }: Parameters<Reader>[2]): void {
  const mark = textBelow(find(element, "text:note-citation")).trim();
  const kind = element.attributes["text:note-class"] === "endnote" ? "endnote" : "footnote";
  line.note(`[${mark}]`);
  const text = textOf(find(element, "text:note-body"), context);
  context.notes.push({ kind, section: context.section, place: mark, author: "", text });
}

function readComment(element: Xml, _: Line, { context }: Parameters<Reader>[2]): void {
  const author = textBelow(find(element, "dc:creator"));
  const text = textOf(element, context);
  context.notes.push({ kind: "comment", section: context.section, place: "", author, text });
}

/** Text of the paragraphs of an element, line by line. */
export function textOf(parent: Xml | undefined, context: OdfContext): string {
  const lines = elements(parent).flatMap((child): string[] => {
    if (child.name !== "text:p" && child.name !== "text:h")
      return child.name.startsWith("text:") ? [textOf(child, context)] : [];
    const line = context.form.line();
    readInline(child, line, { context, anchored: { boxes: [] } });
    return [line.text];
  });
  return lines.filter((text) => text.trim() !== "").join("\n");
}

function readFrame(frame: Xml, line: Line, { context, anchored }: Parameters<Reader>[2]): void {
  const description = textBelow(find(frame, "desc")).trim() || textBelow(find(frame, "title")).trim();
  if (find(frame, "draw:text-box") !== undefined) anchored.boxes.push(frame);
  else if (find(frame, "draw:object") !== undefined || find(frame, "draw:object-ole") !== undefined)
    context.leftOut.add("embedded object");
  else if (description !== "") line.picture(description);
}

function readRuby(element: Xml, line: Line, of: Parameters<Reader>[2]): void {
  const base = find(element, "text:ruby-base");
  if (base !== undefined) readInline(base, line, of);
  line.write(`(${textBelow(find(element, "text:ruby-text"))})`);
}

/** A paragraph; empty ones are none. */
export function paragraphBlocks(element: Xml, context: OdfContext, anchored: Anchored): DocxBlock[] {
  const line = context.form.line();
  readInline(element, line, { context, anchored });
  const { text, rendered } = line;
  if (text.trim() === "") return [];
  const level =
    element.name === "text:h"
      ? Math.min(9, Math.max(1, integer(element.attributes["text:outline-level"], 1)))
      : null;
  return [
    { kind: "paragraph", text, rendered, style: "", heading_level: level, list: null, in_text_box: false },
  ];
}

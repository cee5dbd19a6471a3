import type { Json } from "../../task.ts";
import { type DocxBlock, textOfBlocks } from "./blocks.ts";
import { type BodyContext, storyOf } from "./body.ts";
import type { NoteKind } from "./notes.ts";
import { optionalPart, type Relationships, relationshipsOf } from "./package.ts";
import { elements, type Xml } from "./xml.ts";
import type { DocxZip } from "./zip.ts";

export interface Note {
  readonly id: string;
  /** The mark in the text: `[1]`. */
  readonly mark: string;
  readonly text: string;
  readonly blocks: readonly DocxBlock[];
}

/** A note in the form of the result. */
export function plainNote({ id, mark, text }: Note) {
  return { id, mark, text };
}

/** Footnotes or endnotes in the order of the file, without the separator lines. */
export function notesOf(root: Xml | undefined, kind: NoteKind, context: BodyContext): Note[] {
  return elements(root, `w:${kind}`)
    .filter(({ attributes }) => !["separator", "continuationSeparator"].includes(attributes["w:type"] ?? ""))
    .filter(({ attributes }) => attributes["w:type"] !== "continuationNotice")
    .map((note) => {
      const id = note.attributes["w:id"] ?? "";
      const blocks = storyOf(note, context);
      return { id, mark: context.notes.label(kind, id), text: textOfBlocks(blocks).trim(), blocks };
    });
}

export interface Comment {
  readonly id: string;
  readonly author: string;
  readonly initials: string;
  /** Date in ISO 8601, or null. */
  readonly date: string | null;
  readonly text: string;
}

export function commentsOf(root: Xml | undefined, context: BodyContext): Comment[] {
  return elements(root, "w:comment").map((comment) => ({
    id: comment.attributes["w:id"] ?? "",
    author: comment.attributes["w:author"] ?? "",
    initials: comment.attributes["w:initials"] ?? "",
    date: comment.attributes["w:date"] ?? null,
    text: textOfBlocks(storyOf(comment, context)).trim(),
  }));
}

export interface Edge {
  /** The pages of the section that show it. */
  readonly type: "default" | "first" | "even";
  /** Number of the section, from 1; later sections repeat it unless they have their own. */
  readonly section: number;
  readonly text: string;
}

/** Reads the headers or footers section by section. */
export async function edgesOf(
  kind: "header" | "footer",
  sections: readonly Xml[],
  { zip, links, context }: { zip: DocxZip; links: Relationships; context: BodyContext },
): Promise<Edge[]> {
  const edges: Edge[] = [];
  for (const [index, section] of sections.entries()) {
    for (const { attributes } of elements(section, `w:${kind}Reference`)) {
      const link = links.get(attributes["r:id"] ?? "");
      if (link === undefined || link.external) continue;
      const root = await optionalPart(zip, link.target);
      const text = root === undefined ? "" : textOfBlocks(storyOf(root, context)).trim();
      edges.push({ type: typeOf(attributes["w:type"]), section: index + 1, text });
    }
  }
  return edges;
}

function typeOf(type: string | undefined): Edge["type"] {
  return type === "first" || type === "even" ? type : "default";
}

export interface Link {
  readonly target: string;
  /** Kind of the external target: `hyperlink`, `image`, `attachedTemplate`, …. Targets are never opened. */
  readonly type: string;
}

/** All external targets of the document, each once. */
export async function outsideOf(zip: DocxZip, parts: readonly string[]): Promise<Link[]> {
  const links = new Map<string, Link>();
  for (const part of parts) {
    for (const { external, target, type } of (await relationshipsOf(zip, part)).values()) {
      if (external) links.set(`${type} ${target}`, { type, target });
    }
  }
  return [...links.values()];
}

/** Types a list of plain objects as JSON. */
export function asJson(list: readonly object[]): readonly Json[] {
  return list as readonly Json[];
}

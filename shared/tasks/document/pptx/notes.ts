import { linesOf } from "../docx/drawing.ts";
import { optionalPart, type Relationships } from "../docx/package.ts";
import { descendants, elements, find, textBelow, type Xml } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";
import { entryOf } from "../own.ts";
import type { SideNote } from "../reading/reading.ts";
import { placeholderOf } from "./shapes.ts";

/** Notes of the speaker, and comments, old and in threads. */
export async function notesOfSlide(
  zip: DocxZip,
  relations: Relationships,
  section: number,
): Promise<SideNote[]> {
  const notes: SideNote[] = [];
  for (const { type, target, external } of relations.values()) {
    const read = external ? undefined : entryOf(READERS, type);
    const root = read === undefined ? undefined : await optionalPart(zip, target);
    if (read !== undefined && root !== undefined)
      notes.push(...read(root, { section, authors: await authorsOf(zip) }));
  }
  return notes;
}

interface NoteContext {
  readonly section: number;
  /** Names of people by the id that comments use. */
  readonly authors: ReadonlyMap<string, string>;
}

const READERS: Readonly<Record<string, (root: Xml, context: NoteContext) => SideNote[]>> = {
  notesSlide: speakerNotes,
  comments: comments,
};

/** The text of the notes' body; the picture of the slide, its number and its date are no notes. */
function speakerNotes(root: Xml, { section }: NoteContext): SideNote[] {
  const bodies = descendants(root, "p:sp").filter((shape) =>
    /^(?:body|)$/.test(placeholderOf(shape)?.type ?? "body"),
  );
  const text = bodies.flatMap(linesOf).join("\n");
  return text === "" ? [] : [{ kind: "note", section, place: "", author: "", text }];
}

function comments(root: Xml, { section, authors }: NoteContext): SideNote[] {
  return elements(root).flatMap((comment) => {
    const author = authors.get(comment.attributes.authorId ?? "") ?? "";
    const old = textBelow(find(comment, "p:text"));
    const text = old === "" ? linesOf(comment).join("\n") : old;
    return text === "" ? [] : [{ kind: "comment", section, place: "", author, text }];
  });
}

async function authorsOf(zip: DocxZip): Promise<ReadonlyMap<string, string>> {
  const names = ["ppt/commentAuthors.xml", "ppt/authors.xml"];
  const roots = await Promise.all(names.map((name) => optionalPart(zip, name)));
  return new Map(
    roots
      .flatMap((root) => elements(root))
      .map(({ attributes }) => [attributes.id ?? "", attributes.name ?? ""]),
  );
}

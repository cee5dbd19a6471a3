import { optionalPart, type Relationships } from "../docx/package.ts";
import { descendants, elements, find, textBelow, type Xml } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";
import type { SideNote } from "../reading/reading.ts";
import { unescaped } from "./strings.ts";

/** Comments of a sheet: those in threads, and older notes of cells that have no thread. */
export async function notesOfSheet(zip: DocxZip, links: Relationships, section: number): Promise<SideNote[]> {
  const threads = await partsOf(zip, links, "threadedComment");
  const people = await authorsOf(zip);
  const threaded = threads
    .flatMap((root) => elements(root, "threadedComment"))
    .map((comment): SideNote => {
      const { ref = "", personId = "" } = comment.attributes;
      return {
        kind: "comment",
        section,
        place: ref,
        author: people.get(personId) ?? "",
        text: textBelow(find(comment, "text")),
      };
    });
  const taken = new Set(threaded.map(({ place }) => place));
  const legacy = (await partsOf(zip, links, "comments")).flatMap((root) => legacyNotes(root, section));
  return [...threaded, ...legacy.filter(({ place }) => !taken.has(place))];
}

async function partsOf(zip: DocxZip, links: Relationships, type: string): Promise<Xml[]> {
  const names = [...links.values()].filter((link) => link.type === type && !link.external);
  const roots = await Promise.all(names.map(({ target }) => optionalPart(zip, target)));
  return roots.filter((root) => root !== undefined);
}

/** Names of people by the id that threads use. */
async function authorsOf(zip: DocxZip): Promise<ReadonlyMap<string, string>> {
  const part = zip.names().find((name) => /^xl\/persons\/[^/]+\.xml$/i.test(name));
  const root = part === undefined ? undefined : await optionalPart(zip, part);
  return new Map(
    elements(root, "person").map(({ attributes }) => [attributes.id ?? "", attributes.displayName ?? ""]),
  );
}

function legacyNotes(root: Xml, section: number): SideNote[] {
  const authors = elements(find(root, "authors"), "author").map(textBelow);
  return elements(find(root, "commentList"), "comment").map((comment) => {
    const { ref = "", authorId = "" } = comment.attributes;
    const runs = descendants(find(comment, "text") ?? comment, "t").map(textBelow);
    const text = unescaped(runs.join(""));
    return { kind: "comment", section, place: ref, author: authors[Number(authorId)] ?? "", text };
  });
}

import { posix } from "node:path";
import { FileError } from "../../../errors.ts";
import { descendants, elements, find, parseXml, textBelow, type Xml } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";

export interface Book {
  /** Names of the chapters' parts in the order of reading (the spine). */
  readonly chapters: readonly string[];
  readonly metadata: Readonly<Record<string, string | null>>;
}

/** Most chapters of a book; a name may stand in the spine many times. */
const MOST_CHAPTERS = 5_000;

/** Reads the package document of a book. @throws FileError `corrupt_file` */
export async function readBook(zip: DocxZip): Promise<Book> {
  const name = await packageName(zip);
  const root = await parseXml({ name, chunks: zip.stream(name) });
  const parts = new Map(
    elements(find(root, "manifest"), "item").map(({ attributes }) => [
      attributes.id ?? "",
      posix.normalize(posix.join(posix.dirname(name), unescaped(attributes.href ?? ""))),
    ]),
  );
  const spine = elements(find(root, "spine"), "itemref").map(({ attributes }) =>
    parts.get(attributes.idref ?? ""),
  );
  const chapters = [...new Set(spine.filter((part) => part !== undefined))].slice(0, MOST_CHAPTERS);
  return { chapters, metadata: metadataOf(find(root, "metadata")) };
}

async function packageName(zip: DocxZip): Promise<string> {
  const container = "META-INF/container.xml";
  if (zip.has(container)) {
    const root = await parseXml({ name: container, chunks: zip.stream(container) });
    const stated = descendants(root, "rootfile").map(({ attributes }) => attributes["full-path"] ?? "");
    const name = stated.find((one) => zip.has(one));
    if (name !== undefined) return name;
  }
  const name = zip.names().find((one) => one.endsWith(".opf"));
  if (name !== undefined) return name;
  throw new FileError("corrupt_file", "The book is damaged: its list of chapters is missing.");
}

function unescaped(href: string): string {
  const path = href.split("#", 1)[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function metadataOf(root: Xml | undefined): Record<string, string | null> {
  // Books of the second version may have them one level deeper.
  const all =
    root === undefined
      ? []
      : ["title", "creator", "language", "publisher", "identifier", "subject", "description", "date"].map(
          (name) => [name, descendants(root, `dc:${name}`).map((one) => textBelow(one).trim())] as const,
        );
  const found = new Map(all);
  const first = (name: string) => (found.get(name)?.[0] ?? "").slice(0, 2_000);
  const date = first("date");
  return {
    title: first("title"),
    author: (found.get("creator") ?? []).join("; ").slice(0, 2_000),
    language: first("language"),
    publisher: first("publisher"),
    identifier: first("identifier"),
    keywords: (found.get("subject") ?? []).join(", ").slice(0, 2_000),
    description: first("description"),
    created: Number.isNaN(Date.parse(date)) ? null : date,
  };
}

import type { JsonObject } from "../../task.ts";
import { integer } from "./numerals.ts";
import { optionalPart, type Relationships, relatedPart } from "./package.ts";
import { find, textBelow, type Xml } from "./xml.ts";
import type { DocxZip } from "./zip.ts";

const LONGEST = 2_000;

/** Reads the document properties; absent strings are "", absent dates and numbers null. */
export async function readMetadata(zip: DocxZip, links: Relationships): Promise<JsonObject> {
  const core = await relatedPart(zip, links, "core-properties");
  const app =
    (await relatedPart(zip, links, "extended-properties")) ?? (await optionalPart(zip, "docProps/app.xml"));
  return {
    title: text(core, "dc:title"),
    author: text(core, "dc:creator"),
    subject: text(core, "dc:subject"),
    creator: text(app, "app:Application"),
    keywords: text(core, "cp:keywords"),
    description: text(core, "dc:description"),
    category: text(core, "cp:category"),
    language: text(core, "dc:language"),
    company: text(app, "app:Company"),
    last_modified_by: text(core, "cp:lastModifiedBy"),
    revision: number(text(core, "cp:revision")),
    created: date(text(core, "dcterms:created")),
    modified: date(text(core, "dcterms:modified")),
    stored_page_count: number(text(app, "app:Pages")),
  };
}

function text(root: Xml | undefined, name: string): string {
  return textBelow(find(root, name)).trim().slice(0, LONGEST);
}

function number(value: string): number | null {
  return value === "" ? null : integer(value, -1) === -1 ? null : integer(value, 0);
}

function date(value: string): string | null {
  return Number.isNaN(Date.parse(value)) ? null : value;
}

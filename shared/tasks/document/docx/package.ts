import { posix } from "node:path";
import { FileError } from "../../../errors.ts";
import { elements, parseXml, type Xml, type XmlReader } from "./xml.ts";
import type { DocxZip } from "./zip.ts";

/** A reference from a part to another part of the package or to an external address. */
export interface Relationship {
  /** Last word of its type: `header`, `footnotes`, `hyperlink`. */
  readonly type: string;
  /** Name of the part, or the external address. External addresses are reported, never opened. */
  readonly target: string;
  readonly external: boolean;
}

export type Relationships = ReadonlyMap<string, Relationship>;

/** Names of other document formats that are zip archives. */
const OTHER_PACKAGES: readonly (readonly [sign: RegExp, name: string])[] = [
  [/spreadsheetml/, "an Excel workbook"],
  [/presentationml/, "a PowerPoint presentation"],
  [/ms-visio|visio/, "a Visio drawing"],
];
const FALLBACK_MAIN = "word/document.xml";

/**
 * Finds the main document part the way Word does.
 * @throws FileError `unsupported_format` or `wrong_type`, which name the format of the archive
 */
export async function mainPart(zip: DocxZip): Promise<string> {
  if (!zip.has("[Content_Types].xml") && !zip.has(FALLBACK_MAIN)) throw await notOffice(zip);
  const types = await partText(zip, "[Content_Types].xml");
  const other = OTHER_PACKAGES.find(([sign]) => sign.test(types) && !types.includes("wordprocessingml"));
  if (other !== undefined) throw unsupported(other[1]);
  const links = await relationshipsOf(zip, "");
  const main = [...links.values()].find(({ type, external }) => type === "officeDocument" && !external);
  for (const name of [main?.target, FALLBACK_MAIN]) if (name !== undefined && zip.has(name)) return name;
  throw new FileError("corrupt_file", "The DOCX is damaged: it has no main document part.");
}

async function notOffice(zip: DocxZip): Promise<FileError> {
  const type = await partText(zip, "mimetype");
  if (type.includes("opendocument")) return unsupported("an OpenDocument file");
  if (type.includes("epub")) return unsupported("an EPUB book");
  return new FileError(
    "wrong_type",
    "The file is a zip archive, not a document. Set the option `archives` to list or read its files.",
  );
}

function unsupported(name: string): FileError {
  return new FileError("unsupported_format", `The file is ${name}. Convert it to PDF or DOCX first.`);
}

async function partText(zip: DocxZip, name: string): Promise<string> {
  return zip.has(name) ? (await zip.read(name)).toString("utf8") : "";
}

/** Reads the relationships of a part by id; the part `""` is the package itself. */
export async function relationshipsOf(zip: DocxZip, part: string): Promise<Relationships> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, "_rels", `${posix.basename(part)}.rels`);
  if (!zip.has(name)) return new Map();
  const root = await parseXml({ name, chunks: zip.stream(name) });
  return new Map(
    elements(root, "rel:Relationship").map(({ attributes }) => {
      const external = attributes.TargetMode === "External";
      const target = attributes.Target ?? "";
      const type = (attributes.Type ?? "").split("/").at(-1) ?? "";
      return [attributes.Id ?? "", { type, external, target: external ? target : resolve(folder, target) }];
    }),
  );
}

function resolve(folder: string, target: string): string {
  return target.startsWith("/") ? target.slice(1) : posix.normalize(posix.join(folder, target));
}

/** Reads the part that a relationship of this type refers to; undefined if there is none. */
export async function relatedPart(
  zip: DocxZip,
  links: Relationships,
  type: string,
): Promise<Xml | undefined> {
  const name = [...links.values()].find((link) => link.type === type && !link.external)?.target;
  return name === undefined ? undefined : await optionalPart(zip, name);
}

/** Reads a part beside the main one; if it is missing or damaged, the document is read without it. */
export async function optionalPart(zip: DocxZip, name: string, reader?: XmlReader): Promise<Xml | undefined> {
  if (!zip.has(name)) return undefined;
  try {
    return await parseXml({ name, chunks: zip.stream(name) }, reader);
  } catch (error) {
    if (error instanceof FileError && error.code === "corrupt_file") return undefined;
    throw error;
  }
}

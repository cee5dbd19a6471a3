import { crc32, deflateRawSync } from "node:zlib";
import { processHere } from "../inProcess.ts";
import type { LocalOutcome } from "../local.ts";
import { ocr } from "../ocr/index.ts";
import type { JsonObject } from "../task.ts";
import { document } from "./index.ts";

/** Makes documents in memory for tests. */

const WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships";

export interface DocxSpec {
  /** Content of `w:body`. */
  readonly body: string;
  /** Other parts by name. */
  readonly parts?: Readonly<Record<string, string>>;
  /** `Id`, last word of `Type`, `Target`, and whether the target is external. */
  readonly links?: readonly (readonly [id: string, type: string, target: string, external?: boolean])[];
  /** Text before the root element of the main part. */
  readonly prolog?: string;
}

/** Makes a DOCX of these parts. */
export function docxOf({ body, parts = {}, links = [], prolog = "" }: DocxSpec): Buffer {
  return zipOf({
    "[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    "_rels/.rels": relationships([["rId1", "officeDocument", "word/document.xml"]]),
    "word/_rels/document.xml.rels": relationships(links),
    "word/document.xml": `${prolog}<w:document xmlns:w="${WORD}" xmlns:r="${OFFICE}"><w:body>${body}</w:body></w:document>`,
    ...parts,
  });
}

export function relationships(links: NonNullable<DocxSpec["links"]>): string {
  const each = links.map(([id, type, target, external]) => {
    const mode = external === true ? ' TargetMode="External"' : "";
    return `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"${mode}/>`;
  });
  return `<Relationships xmlns="${PACKAGE}">${each.join("")}</Relationships>`;
}

/** Makes a part in Word's namespace: `footnotes`, `comments`, `hdr`. */
export function wordPart(root: string, content: string): string {
  return `<w:${root} xmlns:w="${WORD}">${content}</w:${root}>`;
}

/** Makes a paragraph of one run; `properties` go into `w:pPr`. */
export function p(text: string, properties = ""): string {
  return `<w:p><w:pPr>${properties}</w:pPr>${run(text)}</w:p>`;
}

/** Makes a run; `properties` go into `w:rPr`. */
export function run(text: string, properties = ""): string {
  return `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
}

/** Makes a field of runs: its instruction, and its result where it has one. */
export function field(instruction: string, result?: string): string {
  const mark = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
  const shown = result === undefined ? "" : mark("separate") + result;
  return `${mark("begin")}<w:r><w:instrText xml:space="preserve">${instruction}</w:instrText></w:r>${shown}${mark("end")}`;
}

/** Makes a zip archive; `lie` replaces the declared size of each entry. */
export function zipOf(files: Readonly<Record<string, string | Buffer>>, lie?: number): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const common = entryFields(raw, packed, { name, size: lie ?? raw.length });
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function entryFields(
  raw: Buffer,
  packed: Buffer,
  entry: { readonly name: string; readonly size: number },
): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(crc32(raw), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(entry.size, 18);
  fields.writeUInt16LE(Buffer.byteLength(entry.name), 22);
  return fields;
}

/** Makes a PDF of these objects, numbered from 1; the first is the catalogue. It has no cross-reference table. */
export function pdfOf(objects: readonly (string | Buffer)[]): Buffer {
  const parts = objects.flatMap((object, at) => [`${at + 1} 0 obj\n`, object, "\nendobj\n"]);
  const trailer = `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n0\n%%EOF\n`;
  return Buffer.concat(["%PDF-1.7\n", ...parts, trailer].map((part) => Buffer.from(part)));
}

/** Makes a PDF with a page for each of these content streams, in Helvetica. */
export function pagesOf(contents: readonly string[]): Buffer {
  const kids = contents.map((_, at) => `${4 + 2 * at} 0 R`).join(" ");
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...contents.flatMap((content, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * at} 0 R >>`,
      stream(content),
    ]),
  ]);
}

export function stream(content: string | Buffer, dictionary = ""): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([
    Buffer.from(`<< /Length ${bytes.length} ${dictionary} >>\nstream\n`),
    bytes,
    Buffer.from("\nendstream"),
  ]);
}

/** Makes content that shows lines of text from the top of the page. */
export function lines(...texts: readonly string[]): string {
  return `BT /F1 12 Tf 14 TL 72 720 Td ${texts.map((text) => `(${text}) Tj T*`).join(" ")} ET`;
}

export async function outcomeOf(
  filename: string,
  body: Uint8Array,
  options: object = {},
): Promise<LocalOutcome> {
  const [outcome] = await processHere([document, ocr], [{ filename, body }], options);
  if (outcome === undefined) throw new Error(`there is no outcome for ${filename}`);
  return outcome;
}

/** The fields of a file's result. */
export async function fieldsOf(
  filename: string,
  body: Uint8Array,
  options: object = {},
): Promise<JsonObject> {
  const outcome = await outcomeOf(filename, body, options);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.error}`);
  if (!(outcome.body instanceof Uint8Array)) throw new Error("the result is not in memory");
  return JSON.parse(Buffer.from(outcome.body).toString("utf8")) as JsonObject;
}

/** The code that a file fails with. */
export async function codeOf(filename: string, body: Uint8Array, options: object = {}): Promise<string> {
  const outcome = await outcomeOf(filename, body, options);
  return outcome.ok ? "ok" : outcome.code;
}

import { isHtml, isMail, isRtf } from "../../../shared/tasks/document/textKind.ts";

/** What the first bytes of a body tell of it. */
export interface BodyKind {
  readonly mediaType: string;
  readonly extension: string;
  /** Task that reads it. */
  readonly task: "document" | "ocr";
}

interface Signature {
  readonly kind: BodyKind;
  /** Texts as Latin-1, each with the offset where it stands. */
  readonly marks: readonly (readonly [offset: number, text: string])[];
}

const SIGNATURES: readonly Signature[] = [
  picture("png", [[0, "\x89PNG\r\n\x1a\n"]]),
  picture("jpeg", [[0, "\xff\xd8\xff"]]),
  picture("gif", [[0, "GIF8"]]),
  picture("tiff", [[0, "II*\0"]]),
  picture("tiff", [[0, "MM\0*"]]),
  picture("tiff", [[0, "II+\0"]]),
  picture("tiff", [[0, "MM\0+"]]),
  picture("webp", [
    [0, "RIFF"],
    [8, "WEBP"],
  ]),
  picture("avif", [[4, "ftypavi"]]),
  // A text may begin with BM; the reserved bytes of a bitmap are zeros.
  picture("bmp", [
    [0, "BM"],
    [6, "\0\0\0\0"],
  ]),
];

const OFFICE = "application/vnd.openxmlformats-officedocument";
const OPEN = "application/vnd.oasis.opendocument";

/** Formats that are zip archives, by the name of a part or by the type that the first part states. */
const PACKAGES: readonly (readonly [sign: string, mediaType: string, extension: string])[] = [
  ["mimetypeapplication/epub+zip", "application/epub+zip", "epub"],
  [`mimetype${OPEN}.text`, `${OPEN}.text`, "odt"],
  [`mimetype${OPEN}.spreadsheet`, `${OPEN}.spreadsheet`, "ods"],
  [`mimetype${OPEN}.presentation`, `${OPEN}.presentation`, "odp"],
  ["word/document.xml", `${OFFICE}.wordprocessingml.document`, "docx"],
  ["xl/workbook.xml", `${OFFICE}.spreadsheetml.sheet`, "xlsx"],
  ["ppt/presentation.xml", `${OFFICE}.presentationml.presentation`, "pptx"],
];

const OLE_START = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/** Formats that are compound files, by a stream at their top. */
const COMPOUND: readonly (readonly [stream: string, mediaType: string, extension: string])[] = [
  ["__properties_version1.0", "application/vnd.ms-outlook", "msg"],
  ["WordDocument", "application/msword", "doc"],
  ["EncryptedPackage", "application/x-tika-ooxml-protected", "docx"],
  ["Workbook", "application/vnd.ms-excel", "xls"],
  ["Book", "application/vnd.ms-excel", "xls"],
  ["PowerPoint Document", "application/vnd.ms-powerpoint", "ppt"],
];

/** Media types of texts that their name alone tells. */
const NAMED: readonly (readonly [extension: string, mediaType: string])[] = [
  ["csv", "text/csv"],
  ["tsv", "text/tab-separated-values"],
  ["json", "application/json"],
  ["xml", "application/xml"],
  ["md", "text/markdown"],
];

const PDF: BodyKind = { mediaType: "application/pdf", extension: "pdf", task: "document" };

export interface BodyEnds {
  /** The first bytes, up to 1,024: within these a PDF has its header. */
  readonly head: Buffer;
  /** The last bytes of a zip archive, where the names of its parts stand; empty for other files. */
  readonly tail: Buffer;
  /** Names of the streams at the top of a compound file; none of other files. */
  readonly streams: readonly string[];
  /** As the client named it, or "". */
  readonly filename: string;
}

export function bodyKind({ head, tail, streams, filename }: BodyEnds): BodyKind {
  const start = head.toString("latin1");
  if (isArchive(head)) return packageOf(start + tail.toString("latin1"));
  if (isCompound(head)) return compoundOf(streams);
  const found = SIGNATURES.find(({ marks }) => marks.every(([at, text]) => start.startsWith(text, at)));
  if (found !== undefined) return found.kind;
  if (isMail(head, filename)) return document("message/rfc822", "eml");
  return /%PDF-\d/.test(start) ? PDF : textOf(head, filename);
}

export function isArchive(head: Buffer): boolean {
  return head.toString("latin1", 0, 4) === "PK\x03\x04";
}

export function isCompound(head: Buffer): boolean {
  return head.toString("latin1", 0, OLE_START.length) === OLE_START;
}

function compoundOf(streams: readonly string[]): BodyKind {
  const names = new Set(streams.map((name) => name.toLowerCase()));
  const found = COMPOUND.find(([stream]) => names.has(stream.toLowerCase()));
  return found === undefined ? document("application/x-ole-storage", "ole") : document(found[1], found[2]);
}

function packageOf(names: string): BodyKind {
  const found = PACKAGES.find(([sign]) => names.includes(sign));
  return found === undefined ? document("application/zip", "zip") : document(found[1], found[2]);
}

function textOf(head: Buffer, filename: string): BodyKind {
  if (isRtf(head)) return document("application/rtf", "rtf");
  if (isHtml(head, filename)) return document("text/html", "html");
  const named = NAMED.find(([extension]) => filename.toLowerCase().endsWith(`.${extension}`));
  if (named !== undefined) return document(named[1], named[0]);
  return /^\s*<\?xml\s/.test(head.toString("latin1"))
    ? document("application/xml", "xml")
    : document("text/plain", "txt");
}

function document(mediaType: string, extension: string): BodyKind {
  return { mediaType, extension, task: "document" };
}

function picture(name: string, marks: Signature["marks"]): Signature {
  return { kind: { mediaType: `image/${name}`, extension: name, task: "ocr" }, marks };
}

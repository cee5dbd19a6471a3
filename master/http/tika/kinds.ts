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
  letter("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "PK\x03\x04"),
  letter("application/msword", "doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
];

const PDF: BodyKind = { mediaType: "application/pdf", extension: "pdf", task: "document" };
const TEXT: BodyKind = { mediaType: "text/plain", extension: "txt", task: "document" };

/** @param head the first bytes, up to 1,024: within these a PDF has its header */
export function bodyKind(head: Buffer): BodyKind {
  const start = head.toString("latin1");
  const found = SIGNATURES.find(({ marks }) => marks.every(([at, text]) => start.startsWith(text, at)));
  return found?.kind ?? (/%PDF-\d/.test(start) ? PDF : TEXT);
}

function picture(name: string, marks: Signature["marks"]): Signature {
  return { kind: { mediaType: `image/${name}`, extension: name, task: "ocr" }, marks };
}

function letter(mediaType: string, extension: string, start: string): Signature {
  return { kind: { mediaType, extension, task: "document" }, marks: [[0, start]] };
}

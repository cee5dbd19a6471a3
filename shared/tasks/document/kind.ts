import { FileError } from "../../errors.ts";

export type DocumentKind = "pdf" | "zip" | "ole" | "text";

/** Readers accept a PDF header that starts this late; some writers put a mark or a mail header before it. */
const PDF_HEADER_WITHIN = 1024;

/** Formats that are recognised by their first bytes and refused by name. */
const REFUSED: readonly { readonly magic: string; readonly name: string; readonly code: string }[] = [
  { magic: "{\\rtf", name: "an RTF document", code: "unsupported_format" },
  { magic: "%!PS", name: "a PostScript file", code: "unsupported_format" },
  { magic: "\x89PNG", name: "a PNG image", code: "wrong_type" },
  { magic: "\xff\xd8\xff", name: "a JPEG image", code: "wrong_type" },
  { magic: "GIF8", name: "a GIF image", code: "wrong_type" },
  { magic: "BM", name: "a BMP image", code: "wrong_type" },
  { magic: "II*\0", name: "a TIFF image", code: "wrong_type" },
  { magic: "MM\0*", name: "a TIFF image", code: "wrong_type" },
  { magic: "RIFF", name: "a RIFF file (sound, film or WebP image)", code: "wrong_type" },
  { magic: "ID3", name: "an MP3 recording", code: "wrong_type" },
  { magic: "fLaC", name: "a FLAC recording", code: "wrong_type" },
  { magic: "OggS", name: "an Ogg recording", code: "wrong_type" },
  { magic: "\x7fELF", name: "a program", code: "wrong_type" },
  { magic: "MZ", name: "a program", code: "wrong_type" },
  { magic: "\x1f\x8b", name: "a gzip archive", code: "wrong_type" },
  { magic: "Rar!", name: "a RAR archive", code: "wrong_type" },
  { magic: "7z\xbc\xaf", name: "a 7-Zip archive", code: "wrong_type" },
  { magic: "SQLite format 3\0", name: "an SQLite database", code: "wrong_type" },
];
/** Two letters may begin an honest text; these count only where binary bytes follow. */
const SHORT_MAGIC = 2;

/**
 * What a file is, by its content; its name plays no part.
 * @throws FileError `empty_file`; `wrong_type` and `unsupported_format` name what was found.
 */
export function kindOf(head: Buffer): DocumentKind {
  if (head.length === 0) throw new FileError("empty_file", "The file is empty.");
  const start = head.subarray(0, PDF_HEADER_WITHIN).toString("latin1");
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return "zip";
  if (start.startsWith("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return "ole";
  refuseKnown(start);
  if (/%PDF-\d/.test(start)) return "pdf";
  return "text";
}

function refuseKnown(start: string): void {
  const known = REFUSED.find(({ magic }) => start.startsWith(magic));
  if (known === undefined) return;
  if (known.magic.length <= SHORT_MAGIC && !start.includes("\0")) return;
  const remedy =
    known.code === "wrong_type" ? "Send a PDF, DOCX or text file." : "Convert it to PDF or DOCX first.";
  throw new FileError(
    known.code,
    `The file is ${known.name}, not a document that this task reads. ${remedy}`,
  );
}

import { FileError } from "../../errors.ts";

export type DocumentKind = "pdf" | "zip" | "ole" | "text";

/** A PDF header may start this late: some writers put a byte order mark or a mail header before it. */
const PDF_HEADER_WITHIN = 1024;

/**
 * Finds the kind of a file by its content; its name does not count.
 * @throws FileError `empty_file`; `unsupported_format` for RTF and PostScript, which look like text.
 */
export function kindOf(head: Buffer): DocumentKind {
  if (head.length === 0) throw new FileError("empty_file", "The file is empty.");
  const start = head.subarray(0, PDF_HEADER_WITHIN).toString("latin1");
  if (isZip(start)) return "zip";
  if (start.startsWith("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return "ole";
  if (start.startsWith("{\\rtf")) throw unsupported("an RTF document");
  if (start.startsWith("%!PS")) throw unsupported("a PostScript file");
  if (/<\?mso-application progid="Word\.Document"\?>|<pkg:package\b/.test(start)) {
    throw unsupported("a Word document saved as one XML file");
  }
  return isPdf(start) ? "pdf" : "text";
}

/** A zip archive begins with its first entry or, when it is empty, with its end; a mark of UTF-8 or blanks may precede. */
function isZip(start: string): boolean {
  const bare = start.replace(/^(?:\xef\xbb\xbf)?[\r\n\t ]{0,16}/, "");
  return bare.startsWith("PK\x03\x04") || bare.startsWith("PK\x05\x06");
}

/** A PDF has its header or, if the header is damaged, a comment and its first object at the start. */
function isPdf(start: string): boolean {
  if (/%PDF-\d/.test(start)) return true;
  return start.startsWith("%") && /\b\d+ \d+ obj\b\s*<</.test(start);
}

/** Extensions that stand for a kind; other extensions are not checked. */
const CLAIMS: Readonly<Record<string, DocumentKind>> = { pdf: "pdf", docx: "zip" };
const FORMAT_NAMES: Readonly<Record<DocumentKind, string>> = {
  pdf: "a PDF",
  zip: "a DOCX or another zip archive",
  ole: "an old Word document",
  text: "text",
};

/**
 * Refuses a file whose name ends in .pdf or .docx and whose content is something else: the client sent a wrong file.
 * @throws FileError `misnamed`
 */
export function checkName(filename: string, kind: DocumentKind, head: Buffer): void {
  const extension = /\.([a-z]+)$/i.exec(filename)?.[1]?.toLowerCase() ?? "";
  const claim = CLAIMS[extension];
  // An encrypted DOCX and a Word 97 file are both OLE; `decrypted` distinguishes them.
  if (claim === undefined || claim === kind || (claim === "zip" && kind === "ole")) return;
  throw new FileError(
    "misnamed",
    `The file is named .${extension}, but its content is ${isHtml(kind, head) ? "an HTML page" : FORMAT_NAMES[kind]}. Give it its right name, or set the option \`any_name\`.`,
  );
}

function isHtml(kind: DocumentKind, head: Buffer): boolean {
  return kind === "text" && /^[^<]{0,20}<(?:!doctype html|html)\b/i.test(head.toString("latin1"));
}

function unsupported(name: string): FileError {
  return new FileError("unsupported_format", `The file is ${name}. Convert it to PDF or DOCX first.`);
}

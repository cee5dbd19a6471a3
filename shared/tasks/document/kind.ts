import { FileError } from "../../errors.ts";
import { isTar } from "./archive/kind.ts";
import { extensionOf } from "./extension.ts";
import { entryOf } from "./own.ts";
import { isHtml, isMail, isRtf, isSeparated } from "./textKind.ts";

export type DocumentKind = "pdf" | "zip" | "tar" | "ole" | "rtf" | "html" | "mail" | "separated" | "text";

/** A PDF header may start this late: some writers put a byte order mark or a mail header before it. */
const PDF_HEADER_WITHIN = 1024;

/**
 * Finds the kind of a file by its content. The name tells only separated values from other text, and helps with pages and
 * mails that lack their usual beginning.
 * @throws FileError `empty_file`; `unsupported_format` for PostScript, which looks like text.
 */
export function kindOf(head: Buffer, filename: string): DocumentKind {
  if (head.length === 0) throw new FileError("empty_file", "The file is empty.");
  const start = head.subarray(0, PDF_HEADER_WITHIN).toString("latin1");
  if (isZip(start)) return "zip";
  if (isTar(head)) return "tar";
  if (start.startsWith("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return "ole";
  if (start.startsWith("%!PS")) throw unsupported("a PostScript file");
  if (/<\?mso-application progid="Word\.Document"\?>|<pkg:package\b/.test(start)) {
    throw unsupported("a Word document saved as one XML file");
  }
  if (isMail(head, filename)) return "mail";
  if (isPdf(start)) return "pdf";
  if (isRtf(head)) return "rtf";
  if (isHtml(head, filename)) return "html";
  return isSeparated(filename) ? "separated" : "text";
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
const CLAIMS: Readonly<Record<string, DocumentKind>> = {
  pdf: "pdf",
  rtf: "rtf",
  ...Object.fromEntries(
    ["docx", "xlsx", "xlsm", "pptx", "pptm", "odt", "ods", "odp", "epub"].map((name) => [name, "zip"]),
  ),
};
const KIND_NAMES: Readonly<Record<DocumentKind, string>> = {
  pdf: "a PDF",
  zip: "an office document or another zip archive",
  tar: "a tar archive",
  ole: "an old office document",
  rtf: "an RTF document",
  html: "an HTML page",
  mail: "a mail",
  separated: "text",
  text: "text",
};

/**
 * Refuses a file whose name claims one kind and whose content is another one: the client sent a wrong file.
 * @throws FileError `misnamed`
 */
export function checkName(filename: string, kind: DocumentKind): void {
  const extension = extensionOf(filename);
  const claim = entryOf(CLAIMS, extension);
  // An encrypted office file and a Word 97 file are both OLE; `decrypted` distinguishes them.
  if (claim === undefined || claim === kind || (claim === "zip" && kind === "ole")) return;
  throw misnamed(extension, KIND_NAMES[kind]);
}

export function misnamed(extension: string, content: string): FileError {
  return new FileError(
    "misnamed",
    `The file is named .${extension}, but its content is ${content}. Give it its right name, or set the option \`any_name\`.`,
  );
}

export function unsupported(name: string): FileError {
  return new FileError("unsupported_format", `The file is ${name}. Convert it to PDF or DOCX first.`);
}

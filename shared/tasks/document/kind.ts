import { FileError } from "../../errors.ts";

export type DocumentKind = "pdf" | "zip" | "ole" | "text";

/** Readers accept a PDF header that starts this late; some writers put a mark or a mail header before it. */
const PDF_HEADER_WITHIN = 1024;

/**
 * What a file is, by its content; its name plays no part.
 * @throws FileError `empty_file`; `unsupported_format` for RTF and PostScript, which look like text.
 */
export function kindOf(head: Buffer): DocumentKind {
  if (head.length === 0) throw new FileError("empty_file", "The file is empty.");
  const start = head.subarray(0, PDF_HEADER_WITHIN).toString("latin1");
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return "zip";
  if (start.startsWith("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return "ole";
  if (start.startsWith("{\\rtf")) throw unsupported("an RTF document");
  if (start.startsWith("%!PS")) throw unsupported("a PostScript file");
  return isPdf(start) ? "pdf" : "text";
}

/** By its header, or, where that is damaged, by its first object and the mark of binary content before it. */
function isPdf(start: string): boolean {
  if (/%PDF-\d/.test(start)) return true;
  return start.startsWith("%") && /\b\d+ \d+ obj\b\s*<</.test(start);
}

/** Names that claim a kind; all other names claim nothing. */
const CLAIMS: Readonly<Record<string, DocumentKind>> = { pdf: "pdf", docx: "zip" };
const FORMAT_NAMES: Readonly<Record<DocumentKind, string>> = {
  pdf: "a PDF",
  zip: "a DOCX or another zip archive",
  ole: "an old Word document",
  text: "text",
};

/**
 * A name that ends in .pdf or .docx must not lie: whoever sent it took the file for something else.
 * @throws FileError `misnamed`
 */
export function checkName(filename: string, kind: DocumentKind): void {
  const extension = /\.([a-z]+)$/i.exec(filename)?.[1]?.toLowerCase() ?? "";
  const claim = CLAIMS[extension];
  // An encrypted DOCX and a Word 97 file named .docx are OLE; they are told apart, by name, when opened.
  if (claim === undefined || claim === kind || (claim === "zip" && kind === "ole")) return;
  throw new FileError(
    "misnamed",
    `The file is named .${extension}, but its content is ${FORMAT_NAMES[kind]}. Give it its right name, or set the option \`any_name\`.`,
  );
}

function unsupported(name: string): FileError {
  return new FileError("unsupported_format", `The file is ${name}. Convert it to PDF or DOCX first.`);
}

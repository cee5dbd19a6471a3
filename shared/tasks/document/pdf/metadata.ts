import type { JsonObject } from "../../task.ts";
import type { PdfDocument } from "./library.ts";

/** Most characters that are kept of one metadata field. */
const LONGEST = 2_000;

/** Reads the document information; absent strings are "", absent dates null. Dates are ISO 8601. */
export async function readMetadata(pdf: PdfDocument): Promise<JsonObject> {
  const { info, metadata } = await readInfo(pdf);
  const either = (key: string, xmp: string) => text(info[key]) || text(metadata?.get(xmp));
  return {
    title: either("Title", "dc:title"),
    author: either("Author", "dc:creator"),
    subject: either("Subject", "dc:description"),
    creator: either("Creator", "xmp:creatortool"),
    keywords: either("Keywords", "pdf:keywords"),
    producer: either("Producer", "pdf:producer"),
    created: pdfDate(text(info.CreationDate)) ?? isoDate(text(metadata?.get("xmp:createdate"))),
    modified: pdfDate(text(info.ModDate)) ?? isoDate(text(metadata?.get("xmp:modifydate"))),
    pdf_version: text(info.PDFFormatVersion),
    language: text(info.Language),
    is_tagged: info.IsTagged === true,
    has_form: info.IsAcroFormPresent === true,
    is_signed: info.IsSignaturesPresent === true,
    encryption: text(info.EncryptFilterName),
  };
}

interface Info {
  readonly info: Record<string, unknown>;
  readonly metadata: { get(name: string): unknown } | null;
}

async function readInfo(pdf: PdfDocument): Promise<Info> {
  try {
    const { info, metadata } = await pdf.getMetadata();
    return { info: { ...info }, metadata };
  } catch {
    return { info: {}, metadata: null };
  }
}

function text(value: unknown): string {
  const one = Array.isArray(value) ? value.filter((part) => typeof part === "string").join(", ") : value;
  return typeof one === "string" ? one.replace(/\0/g, "").trim().slice(0, LONGEST) : "";
}

/** ISO 32000-1, 7.9.4: `D:YYYYMMDDHHmmSSOHH'mm'`, everything after the year optional. */
const PDF_DATE =
  /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?\s*(?:(Z)|([+-])(\d{2})'?(\d{2})?'?)?/;

/** The date in ISO 8601, with an offset only if the file has one; null if it is no date. */
export function pdfDate(value: string): string | null {
  const match = PDF_DATE.exec(value);
  if (match === null) return null;
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00", zulu, sign, oh, om] =
    match;
  const offset = sign === undefined ? (zulu ?? "") : `${sign}${oh}:${om ?? "00"}`;
  return isoDate(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset === "+00:00" ? "Z" : offset}`);
}

/** The value itself when it is a date in ISO 8601. */
export function isoDate(value: string): string | null {
  return /^\d{4}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value)) ? value : null;
}

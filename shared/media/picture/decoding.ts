import { FileError } from "../../errors.ts";
import { corrupt, type Limits, tooLarge } from "./bitmap.ts";
import { unsupportedFormat } from "./format.ts";

/**
 * Runs a decoder and maps errors of sharp to errors with a code.
 * @throws FileError `corrupt_file`, `too_large`, `unsupported_format`.
 */
export async function decoding<T>(limits: Limits, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof FileError ? error : told(error, limits);
  }
}

/** Maps an error of libvips to a FileError. */
function told(error: unknown, { maxPixels }: Limits): FileError {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes("pixel limit")) return tooLarge(maxPixels);
  if (/has not been built in|Unsupported (codec|feature)/i.test(text)) return unsupportedFormat("HEIC");
  if (/differs from page|not all the same size/.test(text)) return unequalPages();
  return corrupt(reasonOf(text), error);
}

export function unequalPages(): FileError {
  const text =
    "The pages of this file differ in size, depth, colours or orientation, so they cannot be kept together. Use pages: first.";
  return new FileError("unequal_pages", text);
}

/** The first line of a library's message, without the name of the function that failed. */
function reasonOf(text: string): string {
  const line = (text.split("\n")[0] ?? "").replace(/^\w*(?:load|vips)\w*: /i, "");
  return line
    .replace(/^Input buffer/, "it")
    .replace(/[\s:.]+$/, "")
    .slice(0, 160);
}

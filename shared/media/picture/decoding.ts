import { FileError } from "../../errors.ts";
import { corrupt, type Limits, tooLarge } from "./bitmap.ts";
import { unsupportedFormat } from "./format.ts";

/** What is known of an image before it is decoded. */
export interface Decoded {
  readonly format: string;
  readonly limits: Limits;
  /** Whether the file is cut off, asked where the decoder does not know its format. */
  readonly isCut?: () => boolean;
}

/**
 * Runs a decoder and maps errors of sharp to errors with a code.
 * @throws FileError `corrupt_file`, `too_large`, `unsupported_format`.
 */
export async function decoding<T>(image: Decoded, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof FileError ? error : told(error, image);
  }
}

/** Messages about files that are whole, in a variant that the decoders do not know. */
const UNKNOWN_VARIANT =
  /unsupported (?:image format|tiff|jpeg process)|planes not supported|is not (?:configured|implemented)|not a whole number of bytes/i;

/** Maps an error of libvips to a FileError. */
function told(error: unknown, { format, limits, isCut = () => false }: Decoded): FileError {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes("pixel limit")) return tooLarge(limits.maxPixels);
  if (/has not been built in|Unsupported (codec|feature)/i.test(text)) return unsupportedFormat("HEIC");
  if (/differs from page|not all the same size/.test(text)) return unequalPages();
  // A PNG that the decoder does not take for one has a damaged signature.
  if (format !== "png" && UNKNOWN_VARIANT.test(text))
    return isCut() ? corrupt("its directory is cut off", error) : unknownVariant(format, reasonOf(text));
  const reason = reasonOf(text);
  if (!/^(?:unknown error)?$/i.test(reason)) return corrupt(reason, error);
  const unexplained = "The image cannot be decoded; the decoder gives no reason.";
  return new FileError("corrupt_file", unexplained, { cause: error });
}

function unknownVariant(format: string, reason: string): FileError {
  const what = /old-style jpeg/i.test(reason)
    ? "TIFF with old-style JPEG compression (before 1995) is not supported."
    : `This variant of ${format.toUpperCase()} cannot be read (decoder: ${reason.replace(/^it has corrupt header: (?:\w+: )?/, "")}).`;
  return new FileError("unsupported_format", `${what} Convert it to PNG or JPEG.`);
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

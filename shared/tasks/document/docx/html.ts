import mammoth from "mammoth";
import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { safeHtml } from "../format/html.ts";
import { type DocxZip, openZip } from "./zip.ts";

/** The library holds the whole text as a tree, at about 50 times the size of its XML. */
const LARGEST_PART = 4 * 2 ** 20;

/**
 * Converts the body to safe HTML with headings, lists, tables, links and notes, without comments. Parts are read
 * through the guarded zip; pictures become their descriptions, and external addresses are never opened.
 * @throws FileError `too_large`, `corrupt_file`
 */
export async function docxHtml(file: StepFile): Promise<string> {
  const zip = await openZip(file);
  // The library also takes an open archive; its type declaration lacks this member.
  const input = { file: asArchive(zip) } as unknown as { buffer: Buffer };
  const convertImage = mammoth.images.imgElement(async () => ({ src: "" }));
  try {
    const { value } = await mammoth.convertToHtml(input, {
      convertImage,
      externalFileAccess: false,
      includeEmbeddedStyleMap: false,
    });
    return safeHtml(value);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(
      "corrupt_file",
      "The DOCX is damaged and cannot be turned into HTML. Use `format: text`.",
      {
        cause: error,
      },
    );
  }
}

function asArchive(zip: DocxZip) {
  return {
    exists: (name: string) => zip.has(name),
    read: async (name: string, encoding?: string) => {
      const bytes = await zip.read(name);
      if (bytes.length > LARGEST_PART) throw tooLarge();
      return encoding === undefined ? bytes : new TextDecoder(encoding).decode(bytes);
    },
  };
}

function tooLarge(): FileError {
  const limit = LARGEST_PART / 2 ** 20;
  return new FileError(
    "too_large",
    `The DOCX has more than ${limit} MB of XML, too much for HTML. Use \`format: text\`.`,
  );
}

import mammoth from "mammoth";
import { FileError } from "../../../../errors.ts";
import type { DocxZip } from "../zip.ts";

/** The library holds the whole text as a tree, at about 50 times the size of its XML. */
const LARGEST_PART = 4 * 2 ** 20;

/**
 * Makes HTML in which the rules say what becomes of styles: rules that people have written for mammoth work here.
 * Parts are read through the guarded zip; pictures become their descriptions, and external addresses are never opened.
 * The HTML is not sanitised yet.
 * @throws FileError `bad_options` for a rule that mammoth does not understand; `too_large`, `corrupt_file`
 */
export async function htmlByStyleMap(zip: DocxZip, rules: readonly string[]): Promise<string> {
  // The library also takes an open archive; its type declaration lacks this member.
  const input: object = { file: asArchive(zip) };
  const { value, messages } = await converted(input as { buffer: Buffer }, rules);
  const unclear = messages.find(({ message }) => message.includes("style mapping"));
  if (unclear !== undefined) throw badRule(unclear.message);
  return value;
}

async function converted(input: { buffer: Buffer }, rules: readonly string[]) {
  try {
    return await mammoth.convertToHtml(input, {
      styleMap: [...rules],
      convertImage: mammoth.images.imgElement(async () => ({ src: "" })),
      externalFileAccess: false,
      includeEmbeddedStyleMap: false,
    });
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    const hint = "Leave out style_map, or use `format: text`.";
    throw new FileError("corrupt_file", `mammoth cannot turn the DOCX into HTML. ${hint}`, { cause });
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
    `The DOCX has more than ${limit} MB of XML, too much for rules of style_map. Leave them out.`,
  );
}

/** The library's message names the rule, the character where it stops being one, and why. */
function badRule(message: string): FileError {
  const told = message.replace(/\s+/g, " ").slice(0, 400);
  return new FileError("bad_options", `A rule of style_map is not one of mammoth's: ${told}`);
}

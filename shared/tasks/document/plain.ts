import { FileError } from "../../errors.ts";
import { decodeText } from "../../media/text/decode.ts";
import type { JsonObject, StepFile } from "../task.ts";
import { paragraphs } from "./format/html.ts";
import { refuseEndlessMarkdown } from "./format/markdownCost.ts";
import { isMarkdown } from "./format/markdownSigns.ts";
import { formatted, judgeLength } from "./format/render.ts";
import type { DocumentOptions } from "./options.ts";
import { countCharacters, countWords, cut } from "./words.ts";

/** Most bytes of a text file; a larger one and its result would not fit into memory. */
const LARGEST = 64 * 2 ** 20;

/** Makes the fields of a text or Markdown file. @throws FileError `too_large`, `wrong_type`, `empty_file` */
export async function plainFields(file: StepFile, options: DocumentOptions): Promise<JsonObject> {
  if (file.bytes > LARGEST) {
    const limit = LARGEST / 2 ** 20;
    throw new FileError(
      "too_large",
      `The text file is larger than ${limit} MB. This limit is fixed; split the file.`,
    );
  }
  const { text, encoding } = decodeText(await file.read());
  const character_count = countCharacters(text);
  const shown = cut(text, options.max_characters);
  const markdown = isMarkdown(text);
  return {
    document_type: "Generic Text",
    media_type: markdown ? "text/markdown" : "text/plain",
    text_content: shown,
    word_count: countWords(text),
    character_count,
    truncated: character_count > options.max_characters,
    line_count: text === "" ? 0 : text.replace(/\r?\n$/, "").split(/\r\n|\n|\r/).length,
    encoding,
    file_size_bytes: file.bytes,
    ...(await formatted(options, {
      html: () => (markdown ? htmlOfMarkdown(shown) : paragraphs(shown)),
      markdown: () => shown,
    })),
  };
}

async function htmlOfMarkdown(text: string): Promise<string> {
  judgeLength(text);
  refuseEndlessMarkdown(text);
  const { fromMarkdown } = await import("./format/markdown.ts");
  return fromMarkdown(text);
}

import { FileError } from "../../errors.ts";
import { decodeText } from "../../media/text/decode.ts";
import type { JsonObject, StepFile } from "../task.ts";
import { escapeHtml, paragraphs } from "./format/html.ts";
import { refuseEndlessMarkdown } from "./format/markdownCost.ts";
import { isMarkdown } from "./format/markdownSigns.ts";
import { formatted, judgeLength } from "./format/render.ts";
import type { DocumentOptions } from "./options.ts";
import { countCharacters, countWords, cut } from "./words.ts";

/** Most bytes of a text file; a larger one and its result would not fit into memory. */
const LARGEST = 64 * 2 ** 20;

/** Reads a text file whole. @throws FileError `too_large`, and what `decodeText` throws */
export async function decodedFile(file: StepFile, encodingOf?: (head: string) => string | null) {
  if (file.bytes > LARGEST) {
    const limit = LARGEST / 2 ** 20;
    throw new FileError(
      "too_large",
      `The text file is larger than ${limit} MB. This limit is fixed; split the file.`,
    );
  }
  const bytes = await file.read();
  return decodeText(bytes, encodingOf?.(bytes.toString("latin1", 0, 4096)) ?? null);
}

/** Makes the fields of a text file. @throws FileError `too_large`, `wrong_type`, `empty_file` */
export async function plainFields(file: StepFile, options: DocumentOptions): Promise<JsonObject> {
  const { text, encoding } = await decodedFile(file, encodingOfXml);
  const character_count = countCharacters(text);
  const shown = cut(text, options.max_characters);
  const media_type = mediaTypeOf(text);
  return {
    document_type: "Generic Text",
    media_type,
    text_content: shown,
    word_count: countWords(text),
    character_count,
    truncated: character_count > options.max_characters,
    line_count: text === "" ? 0 : text.replace(/\r?\n$/, "").split(/\r\n|\n|\r/).length,
    encoding,
    file_size_bytes: file.bytes,
    ...(await formatted(options, FORMS[media_type](shown))),
  };
}

type TextType = "text/plain" | "text/markdown" | "application/json" | "application/xml";

const FORMS = {
  "text/plain": (text: string) => ({ html: () => paragraphs(text), markdown: () => text }),
  "text/markdown": (text: string) => ({ html: () => htmlOfMarkdown(text), markdown: () => text }),
  "application/json": (text: string) => codeForms(text, "json"),
  "application/xml": (text: string) => codeForms(text, "xml"),
};

function codeForms(text: string, language: string) {
  const fence = "`".repeat(Math.max(3, 1 + longestRun(text)));
  return {
    html: () => `<pre><code>${escapeHtml(text)}</code></pre>`,
    markdown: () => `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}\n`,
  };
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** Most characters of a text that is parsed to see whether it is JSON. */
const LONGEST_PROOF = 5_000_000;

function mediaTypeOf(text: string): TextType {
  if (/^\s*<\?xml\s/.test(text.slice(0, 200))) return "application/xml";
  if (/^\s*[{[]/.test(text.slice(0, 200)) && isJson(text)) return "application/json";
  return isMarkdown(text) ? "text/markdown" : "text/plain";
}

/** Whether a text is JSON, or JSON by lines; a longer one is judged by its first line. */
function isJson(text: string): boolean {
  const [line = ""] = text.trimStart().slice(0, LONGEST_PROOF).split("\n", 1);
  return parses(line) || (text.length <= LONGEST_PROOF && parses(text));
}

function parses(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** The encoding that a declaration of XML states; null where it states none or one of 16 bits, which the bytes show. */
function encodingOfXml(head: string): string | null {
  const stated = /^\s*<\?xml\s[^>]{0,200}encoding=["']([\w.:-]{1,40})["']/.exec(head)?.[1];
  return stated === undefined || /^(?:utf-?(?:8|16|32)|ucs)/i.test(stated) ? null : stated;
}

async function htmlOfMarkdown(text: string): Promise<string> {
  judgeLength(text);
  refuseEndlessMarkdown(text);
  const { fromMarkdown } = await import("./format/markdown.ts");
  return fromMarkdown(text);
}

import { FileError } from "../../../errors.ts";
import type { JsonObject } from "../../task.ts";
import type { DocumentOptions } from "../options.ts";

/** Most characters to convert between HTML and Markdown; a conversion takes about 100 times the size in memory. */
const LONGEST = 2_000_000;

/** The field `html` or `markdown` for the option `format`; no field for `text`. */
export async function formatted(
  options: DocumentOptions,
  source: {
    readonly html: () => string | Promise<string>;
    readonly markdown?: () => string | Promise<string>;
  },
): Promise<JsonObject> {
  if (options.format === "text") return {};
  if (options.format === "html") return { html: await source.html() };
  if (source.markdown !== undefined) return { markdown: await source.markdown() };
  const html = await source.html();
  judgeLength(html);
  const { toMarkdown } = await import("./markdown.ts");
  return { markdown: toMarkdown(html) };
}

/** @throws FileError `too_large` if the text is too long to be converted in bounded memory */
export function judgeLength(text: string): void {
  if (text.length <= LONGEST) return;
  throw new FileError(
    "too_large",
    `The document has more than ${LONGEST} characters of HTML or Markdown, too many to be turned from one into the other. Use the option \`format: text\`.`,
  );
}

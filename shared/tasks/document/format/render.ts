import { FileError } from "../../../errors.ts";
import type { JsonObject } from "../../task.ts";
import type { DocumentOptions } from "../options.ts";

/** HTML is turned into Markdown in one piece, which takes about 20 times its size. */
const LONGEST = 4_000_000;

/** The field `html` or `markdown` that the option `format` asks for; nothing for `text`. */
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
  if (html.length > LONGEST) {
    throw new FileError(
      "too_large",
      `The document has more than ${LONGEST} characters of HTML, too many for Markdown. Use the option \`format: text\` or \`html\`.`,
    );
  }
  const { toMarkdown } = await import("./markdown.ts");
  return { markdown: toMarkdown(html) };
}

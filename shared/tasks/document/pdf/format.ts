import type { JsonObject } from "../../task.ts";
import { paragraphs } from "../format/html.ts";
import { formatted } from "../format/render.ts";
import type { DocumentOptions } from "../options.ts";
import type { PdfPage } from "./page.ts";

/** A section for each page. Markdown is made page by page, so its size does not matter. */
export async function formattedPages(
  pages: readonly Pick<PdfPage, "number" | "text">[],
  options: DocumentOptions,
): Promise<JsonObject> {
  return await formatted(options, {
    html: () =>
      pages
        .map(({ number, text }) => `<section id="page-${number}">\n${paragraphs(text)}\n</section>`)
        .join("\n"),
    markdown: async () => {
      const { toMarkdown } = await import("../format/markdown.ts");
      return pages.map(({ text }) => toMarkdown(paragraphs(text))).join("\n\n---\n\n");
    },
  });
}

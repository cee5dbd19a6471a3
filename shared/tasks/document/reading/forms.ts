import type { DocxBlock } from "../docx/blocks.ts";
import { documentHtml } from "../docx/form/html.ts";
import { documentMarkdown } from "../docx/form/markdown.ts";
import { cutHtml } from "../format/cutHtml.ts";
import { safeHtml } from "../format/html.ts";
import type { DocumentOptions } from "../options.ts";
import { cut } from "../words.ts";
import type { Grid } from "./grid.ts";
import { gridHtml, gridMarkdown } from "./gridForm.ts";
import type { Section } from "./reading.ts";

/** The field `html` or `markdown` for the option `format`. */
export function formOf(sections: readonly Section[], options: DocumentOptions): Record<string, string> {
  const { format, max_characters } = options;
  if (format === "text") return {};
  const runs = sections.flatMap(({ parts }) => runsOf(parts));
  if (format === "html") {
    return { html: cutHtml(safeHtml(runs.map(htmlOf).join("\n")), max_characters) };
  }
  const written = runs.map(markdownOf).filter((text) => text !== "");
  return { markdown: cut(written.join("\n\n"), max_characters) };
}

/** Blocks that follow each other, or a grid. */
type Run = Grid | readonly DocxBlock[];

function runsOf(parts: Section["parts"]): Run[] {
  const runs: (Grid | DocxBlock[])[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (part.kind === "grid") runs.push(part);
    else if (Array.isArray(last)) last.push(part);
    else runs.push([part]);
  }
  return runs;
}

function htmlOf(run: Run): string {
  return "kind" in run ? gridHtml(run) : documentHtml({ blocks: run, notes: [], graphics: [] });
}

function markdownOf(run: Run): string {
  return "kind" in run ? gridMarkdown(run) : documentMarkdown({ blocks: run, notes: [], graphics: [] });
}

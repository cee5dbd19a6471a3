import { gfm } from "@joplin/turndown-plugin-gfm";
import { Marked } from "marked";
import Turndown from "turndown";
import { safeHtml } from "./html.ts";
import { tooHard } from "./markdownCost.ts";

const turndown = new Turndown({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-" });
turndown.use(gfm);
// Markdown has no pictures without an address, so only their description stays.
turndown.addRule("picture", { filter: "img", replacement: (_, node) => describe(node) });

/** White space beyond which a run of it is cut: the library searches each run again from each of its characters. */
const LONG_SPACE = /(?<!\s)\s{1000,}/g;
const LONGEST_SPACE = 1_000;
/** Most characters that are copied: the library copies all it has written for each tag. A book has a tenth. */
const MOST_COPIED = 2e10;

/** Converts safe HTML to GitHub's Markdown. @throws FileError `too_large` if it would take far longer than its length */
export function toMarkdown(html: string): string {
  const tags = html.split("<").length - 1;
  if (tags * html.length > MOST_COPIED) throw tooHard("has too many elements");
  const shorter = html.replace(LONG_SPACE, (run) => run.slice(0, LONGEST_SPACE));
  return unlessTooDeep(() => turndown.turndown(shorter));
}

/** Converts Markdown to safe HTML; raw HTML in it passes the same sanitiser. */
export function fromMarkdown(markdown: string): string {
  return unlessTooDeep(() =>
    safeHtml(new Marked({ gfm: true, async: false }).parse(markdown, { async: false })),
  );
}

/** Both libraries call themselves for blocks in blocks. */
function unlessTooDeep(convert: () => string): string {
  try {
    return convert();
  } catch (error) {
    if (error instanceof RangeError) throw tooHard("has too many blocks in each other");
    throw error;
  }
}

function describe(node: Turndown.Node): string {
  const alt = "getAttribute" in node ? (node.getAttribute("alt") ?? "") : "";
  return alt === "" ? "" : `[${alt}]`;
}

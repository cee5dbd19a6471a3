import { gfm } from "@joplin/turndown-plugin-gfm";
import { Marked } from "marked";
import Turndown from "turndown";
import { safeHtml } from "./html.ts";

const turndown = new Turndown({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-" });
turndown.use(gfm);
// Markdown has no pictures without an address, so only their description stays.
turndown.addRule("picture", { filter: "img", replacement: (_, node) => describe(node) });

/** Converts safe HTML to GitHub's Markdown. */
export function toMarkdown(html: string): string {
  return turndown.turndown(html);
}

/** Converts Markdown to safe HTML; raw HTML in it passes the same sanitiser. */
export function fromMarkdown(markdown: string): string {
  return safeHtml(new Marked({ gfm: true, async: false }).parse(markdown, { async: false }));
}

function describe(node: Turndown.Node): string {
  const alt = "getAttribute" in node ? (node.getAttribute("alt") ?? "") : "";
  return alt === "" ? "" : `[${alt}]`;
}

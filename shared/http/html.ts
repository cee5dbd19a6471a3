import { createHash } from "node:crypto";
import { contentPolicy } from "./safety.ts";

export interface Page {
  readonly title: string;
  /** HTML. Text from outside the program must be `escaped`. */
  readonly body: string;
}

/** A page that loads nothing from other servers: no script, no picture, no font. */
export function htmlPage({ title, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><main>
${body}
</main></body></html>
`;
}

/** `Content-Security-Policy` of such a page: nothing but its own style, known by its digest. */
export function htmlPolicy(): string {
  const digest = createHash("sha256").update(STYLE).digest("base64");
  return contentPolicy(`default-src 'none'; style-src 'sha256-${digest}'`);
}

/** Text as HTML, also for use in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Cells break long words, so that tables fit the width of a phone; on a narrow screen the margins are small. */
const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:clamp(.6rem,4vw,2rem)}
main{max-width:64rem;margin:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem clamp(.3rem,2vw,.8rem) .3rem 0;border-bottom:1px solid #8884;vertical-align:top}
td{overflow-wrap:anywhere}code{font-size:.87em;overflow-wrap:anywhere}details{margin:.3rem 0;padding:.2rem .6rem;border-left:3px solid #8886}summary{cursor:pointer}
h3{margin:.6rem 0 .2rem;font-size:1rem}.method{display:inline-block;min-width:4.5em;font-weight:600}`;

/** A tag, a character reference, or one character; sanitised HTML has `<` and `&` in the first two only. */
const TOKENS = /<(\/?)([a-z][a-z0-9]*)\b[^>]*>|&#?\w+;|[\s\S]/giu;
const VOID: readonly string[] = ["br", "hr", "img"];

/**
 * Cuts safe HTML to a text of at most `limit` Unicode characters; a character reference counts as one. Elements
 * that are open at the cut are closed, so that the HTML stays well-formed.
 */
export function cutHtml(html: string, limit: number): string {
  if (html.length <= limit) return html;
  const open: string[] = [];
  let characters = 0;
  for (const { 0: token, 1: slash, 2: name, index } of html.matchAll(TOKENS)) {
    if (name === undefined) {
      if (characters === limit) return html.slice(0, index) + closing(open);
      characters += 1;
    } else if (slash === "/") open.pop();
    else if (!VOID.includes(name) && !token.endsWith("/>")) open.push(name);
  }
  return html;
}

function closing(open: readonly string[]): string {
  return open
    .toReversed()
    .map((name) => `</${name}>`)
    .join("");
}

/** Signs that Markdown could read as its own. An underscore inside of a word is none. */
const SIGNS = /[\\`*[\]<~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#?\w{1,40};)/gu;

/** Beginnings of a line that would make it a heading, list, quotation, rule, fence or table. */
const STARTS = /^(?:#{1,6}(?=\s|$)|[-+](?=[\s-]|$)|>|=(?=[=\s]*$)|\||:(?=-))/;
const NUMBER = /^(\d{1,9})([.)])(?=\s|$)/;

/** @param also signs that are escaped beside those of Markdown */
export function escapeMarkdown(text: string, also = ""): string {
  const safe = text.replace(SIGNS, "\\$&");
  return also === "" ? safe : safe.replaceAll(also, () => `\\${also}`);
}

/** The lines of a paragraph as Markdown, each of which starts no block. */
export function paragraphLines(markdown: string): string[] {
  return markdown.split("\n").map((line) => {
    const text = line.trim();
    return text.replace(NUMBER, "$1\\$2").replace(STARTS, "\\$&");
  });
}

/** An address between the brackets of a link. */
export function linkAddress(target: string): string {
  return target
    .replace(/[\s()<>\\]/g, encodeURIComponent)
    .replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"));
}

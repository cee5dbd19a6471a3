interface Block {
  readonly page: string;
  readonly begin: string;
  readonly end: string;
  readonly block: string;
}

/** The text of a page with another block between its marks. */
export function withBlock(text: string, { page, begin, end, block }: Block): string {
  const [before, rest] = split(text, begin, page);
  const [, after] = split(rest, end, page);
  return `${before}${begin}\n${block}\n${end}${after}`;
}

function split(text: string, mark: string, page: string): [before: string, after: string] {
  const start = text.indexOf(mark);
  if (start === -1) throw new Error(`${page} has lost the line ${mark.trim()}`);
  return [text.slice(0, start), text.slice(start + mark.length)];
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`);
  return lines.join("");
}

/**
 * Records of separated values. Quotes count at the start of a cell only; what follows the closing quote belongs to the cell,
 * and a quote without an end is a character as any other.
 */
export function* recordsOf(text: string, separator: string): Generator<string[]> {
  const reader = { text, separator, at: 0, unclosed: 0 };
  while (reader.at < text.length) yield recordAt(reader);
}

/** Most quotes without an end that are searched for one; each search may run through the whole text. */
const MOST_UNCLOSED = 20;

interface Reader {
  readonly text: string;
  readonly separator: string;
  at: number;
  unclosed: number;
}

function recordAt(reader: Reader): string[] {
  const cells: string[] = [];
  for (;;) {
    cells.push(cellAt(reader));
    const sign = reader.text[reader.at];
    reader.at += 1;
    if (sign === reader.separator) continue;
    if (sign === "\r" && reader.text[reader.at] === "\n") reader.at += 1;
    return cells;
  }
}

function cellAt(reader: Reader): string {
  const { text } = reader;
  const quoted = text[reader.at] === '"' && reader.unclosed < MOST_UNCLOSED ? quotedAt(reader) : undefined;
  const start = reader.at;
  let end = start;
  while (end < text.length && text[end] !== reader.separator && text[end] !== "\n" && text[end] !== "\r")
    end += 1;
  reader.at = end;
  return (quoted ?? "") + text.slice(start, end);
}

/** The text between quotes; undefined if the closing quote is missing. */
function quotedAt(reader: Reader): string | undefined {
  const { text } = reader;
  let end = text.indexOf('"', reader.at + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1) {
    reader.unclosed += 1;
    return undefined;
  }
  const inside = text.slice(reader.at + 1, end);
  reader.at = end + 1;
  return inside.replaceAll('""', '"');
}

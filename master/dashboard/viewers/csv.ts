/** A field: quoted, with quotes doubled inside, or plain; then what ends it. */
function fieldOf(separator: string): RegExp {
  const sign = `\\u${separator.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return new RegExp(`(?:"((?:[^"]|"")*)"|([^${sign}\\r\\n]*))(${sign}|\\r?\\n|$)`, "y");
}

/** Rows of a table by RFC 4180; a fault in the quoting makes the rest of its line part of the field. */
export function rowsOf(text: string, separator: string): string[][] {
  const pattern = fieldOf(separator);
  const rows: string[][] = [];
  let row: string[] = [];
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text) ?? looseField(text, from);
    pattern.lastIndex = from + match[0].length;
    row.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (match[3] === separator) continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, ""]);
  return rows;
}

function looseField(text: string, from: number): readonly (string | undefined)[] & { readonly 0: string } {
  const end = text.indexOf("\n", from);
  const line = text.slice(from, end === -1 ? text.length : end + 1);
  return [line, undefined, line.trimEnd(), "\n"];
}

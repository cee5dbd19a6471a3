/** Bytes before the name of a font (MS-DOC 2.9.82). */
const NAME = 39;

/** Names of the fonts, by their numbers. */
export function fontsOf(table: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = 4; at < table.length; at += 1 + (table[at] ?? 0)) {
    const font = table.subarray(at + 1, at + 1 + (table[at] ?? 0));
    names.push(font.toString("utf16le", NAME).replace(/\0[\s\S]*$/, ""));
  }
  return names;
}

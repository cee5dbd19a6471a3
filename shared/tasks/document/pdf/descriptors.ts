/** Bytes around the subtype of a font in which its object begins and ends; lists of widths can be long. */
const BEFORE = 4_096;
const AFTER = 65_536;
/** Most fonts that are checked; real files have some dozens. */
const MOST = 200;
/** A descriptor with the flag "symbolic" (ISO 32000-1, 9.8.2) for a font without one. */
const DESCRIPTOR = "/FontDescriptor << /Type /FontDescriptor /Flags 4 >>";

/**
 * Adds a descriptor to each CID font of the file that has none. ISO 32000-1 demands one (9.7.4.1), but writers have
 * left it out of fonts that are not embedded. Without it the engine reads their text as single bytes, while other
 * readers use the CMap. The new fonts are appended to the file, as an incremental update (7.5.6).
 * Files that are encrypted stay as they are, and so do fonts inside object streams.
 */
export function withDescriptors(file: Buffer): Buffer {
  const fonts = bareFonts(file);
  if (fonts.length === 0 || file.includes("/Encrypt")) return file;
  const root = lastMatch(file, "/Root", /^\/Root\s+(\d+\s+\d+\s+R)/);
  const previous = lastMatch(file, "startxref", /^startxref\s+(\d+)/);
  if (root === undefined || previous === undefined) return file;
  return Buffer.concat([file, update(fonts, { root, previous, offset: file.length })]);
}

interface BareFont {
  readonly number: number;
  readonly generation: number;
  /** The dictionary, from `<<` to `>>`. */
  readonly dictionary: string;
}

function bareFonts(file: Buffer): BareFont[] {
  const fonts: BareFont[] = [];
  const mark = "/CIDFontType";
  let seen = 0;
  for (let at = file.indexOf(mark); at !== -1 && seen < MOST; at = file.indexOf(mark, at + mark.length)) {
    seen += 1;
    const font = fontAround(file, at);
    if (font !== undefined) fonts.push(font);
  }
  return fonts;
}

function fontAround(file: Buffer, at: number): BareFont | undefined {
  const before = file.toString("latin1", Math.max(0, at - BEFORE), at);
  const opening = before.lastIndexOf(" obj");
  const name = /(?:^|\s)(\d{1,10}) (\d{1,5})$/.exec(before.slice(Math.max(0, opening - 20), opening));
  const end = file.subarray(at, at + AFTER).indexOf("endobj");
  if (opening === -1 || name === null || end === -1) return undefined;
  const [, number = "", generation = ""] = name;
  const body = before.slice(opening + 4) + file.toString("latin1", at, at + end);
  const dictionary = body.trim();
  if (!dictionary.startsWith("<<") || !dictionary.endsWith(">>")) return undefined;
  if (/\/FontDescriptor\b|\bendobj\b/.test(dictionary)) return undefined;
  // A later update of the file may have replaced the object.
  if (file.includes(`\n${number} ${generation} obj`, at)) return undefined;
  return { number: Number(number), generation: Number(generation), dictionary };
}

function lastMatch(file: Buffer, word: string, pattern: RegExp): string | undefined {
  const at = file.lastIndexOf(word);
  return at === -1 ? undefined : pattern.exec(file.toString("latin1", at, at + 64))?.[1];
}

interface UpdatePoint {
  readonly root: string;
  /** Offset of the file's last cross-reference table. */
  readonly previous: string;
  readonly offset: number;
}

function update(fonts: readonly BareFont[], { root, previous, offset }: UpdatePoint): Buffer {
  let objects = "\n";
  let table = "xref\n";
  for (const { number, generation, dictionary } of fonts) {
    const at = String(offset + objects.length).padStart(10, "0");
    table += `${number} 1\n${at} ${String(generation).padStart(5, "0")} n \n`;
    objects += `${number} ${generation} obj\n<< ${DESCRIPTOR} ${dictionary.slice(2)}\nendobj\n`;
  }
  const size = Math.max(...fonts.map(({ number }) => number)) + 1;
  const trailer = `trailer\n<< /Size ${size} /Root ${root} /Prev ${previous} >>\n`;
  const start = offset + objects.length;
  return Buffer.from(`${objects}${table}${trailer}startxref\n${start}\n%%EOF\n`, "latin1");
}

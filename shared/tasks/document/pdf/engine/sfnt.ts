/** Most glyphs and characters of a font; the format has no more. */
const MOST = 0x10000;
/** First character of the range that symbol fonts use for their codes. */
const SYMBOLS = 0xf000;
/** Standard names that `post` tables of format 2 do not spell out. */
const STANDARD_NAMES = 258;

/**
 * Characters of the glyphs of a TrueType or OpenType font, from its table `cmap` or, without one, from the names of its glyphs
 * in `post`. Empty if it has neither.
 */
export function charactersOf(font: Uint8Array, names: Readonly<Record<string, number>>): Map<number, string> {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  try {
    const tables = tablesOf(view);
    const cmap = tables.get("cmap");
    const characters = cmap === undefined ? new Map<number, string>() : fromCmap(view, cmap);
    const post = tables.get("post");
    return characters.size > 0 || post === undefined ? characters : fromPost(view, post, names);
  } catch {
    // An offset outside of the font: it is cut or is no font.
    return new Map();
  }
}

function tablesOf(view: DataView): Map<string, number> {
  const tables = new Map<string, number>();
  const count = view.getUint16(4);
  for (let at = 12; at < 12 + 16 * count; at += 16) {
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
    tables.set(tag, view.getUint32(at + 8));
  }
  return tables;
}

function fromCmap(view: DataView, cmap: number): Map<number, string> {
  const characters = new Map<number, string>();
  const count = view.getUint16(cmap + 2);
  for (let at = cmap + 4; at < cmap + 4 + 8 * count; at += 8) {
    const platform = view.getUint16(at);
    // Platform 1 has codes of the Macintosh instead of Unicode.
    if (platform !== 0 && platform !== 3) continue;
    const table = cmap + view.getUint32(at + 4);
    const format = view.getUint16(table);
    if (format === 4) addSegments(view, table, characters);
    if (format === 12) addGroups(view, table, characters);
  }
  return characters;
}

function add(characters: Map<number, string>, glyph: number, code: number): void {
  if (glyph === 0 || characters.has(glyph) || code > 0x10ffff) return;
  const isSymbol = code >= SYMBOLS && code <= SYMBOLS + 0xff;
  characters.set(glyph, String.fromCodePoint(isSymbol ? code - SYMBOLS : code));
}

/** Format 4 of the OpenType specification: segments of codes with a difference or a list of glyphs. */
function addSegments(view: DataView, table: number, characters: Map<number, string>): void {
  const doubled = view.getUint16(table + 6);
  for (let at = 0; at < doubled; at += 2) {
    const end = view.getUint16(table + 14 + at);
    const start = view.getUint16(table + 16 + doubled + at);
    const delta = view.getUint16(table + 16 + 2 * doubled + at);
    const rangeAt = table + 16 + 3 * doubled + at;
    const range = view.getUint16(rangeAt);
    for (let code = start; code <= end && code < 0xffff; code += 1) {
      const listed = range === 0 ? code : view.getUint16(rangeAt + range + 2 * (code - start));
      add(characters, listed === 0 ? 0 : (listed + delta) & 0xffff, code);
    }
  }
}

/** Format 12: groups of codes and glyphs that follow each other. */
function addGroups(view: DataView, table: number, characters: Map<number, string>): void {
  const count = Math.min(MOST, view.getUint32(table + 12));
  for (let at = table + 16; at < table + 16 + 12 * count; at += 12) {
    const [start, end, glyph] = [view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8)];
    for (let code = start; code <= Math.min(end, start + MOST) && characters.size < MOST; code += 1) {
      add(characters, glyph + code - start, code);
    }
  }
}

function fromPost(
  view: DataView,
  post: number,
  names: Readonly<Record<string, number>>,
): Map<number, string> {
  const characters = new Map<number, string>();
  if (view.getUint32(post) !== 0x20000) return characters;
  const count = view.getUint16(post + 32);
  const spelled: string[] = [];
  let at = post + 34 + 2 * count;
  while (at < view.byteLength && spelled.length < count) {
    const length = view.getUint8(at);
    if (at + 1 + length > view.byteLength) break;
    spelled.push(Buffer.from(view.buffer, view.byteOffset + at + 1, length).toString("latin1"));
    at += 1 + length;
  }
  for (let glyph = 0; glyph < count; glyph += 1) {
    const name = spelled[view.getUint16(post + 34 + 2 * glyph) - STANDARD_NAMES];
    const code = name === undefined ? undefined : (names[name] ?? codeIn(name));
    if (code !== undefined) add(characters, glyph, code);
  }
  return characters;
}

/** Code of a name such as `uni20AC` or `u1F600`. */
function codeIn(name: string): number | undefined {
  const digits = /^u(?:ni)?([0-9A-F]{4,6})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

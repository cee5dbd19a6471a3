import { changeParagraph, NO_PARAGRAPH, type ParagraphLook } from "./looks.ts";

interface Style {
  /** Number of the built-in style. */
  readonly builtIn: number;
  /** Number of the style that it is based on. */
  readonly base: number;
  readonly changes: Buffer;
}

/** Most styles that are based on each other; Word allows 11. */
const DEEPEST = 20;
const PARAGRAPH_STYLE = 1;
/** Numbers of the built-in styles of headings are their levels. */
const LAST_HEADING = 9;

/** Styles of paragraphs (MS-DOC 2.9.271). */
export class StyleSheet {
  readonly #styles: readonly (Style | undefined)[];
  readonly #looks = new Map<number, Readonly<ParagraphLook>>();

  constructor(sheet: Buffer) {
    this.#styles = stylesOf(sheet);
  }

  /** Properties that a style gives, with those of the styles that it is based on. */
  look(number: number): Readonly<ParagraphLook> {
    const known = this.#looks.get(number);
    if (known !== undefined) return known;
    const look = this.#made(number);
    this.#looks.set(number, look);
    return look;
  }

  #made(number: number): ParagraphLook {
    const chain: Style[] = [];
    for (let style = this.#styles[number]; style !== undefined && chain.length < DEEPEST; ) {
      chain.unshift(style);
      style = this.#styles[style.base];
    }
    const look = { ...NO_PARAGRAPH };
    for (const { builtIn, changes } of chain) {
      if (builtIn >= 1 && builtIn <= LAST_HEADING) look.heading = builtIn;
      changeParagraph(look, changes);
    }
    return look;
  }
}

function stylesOf(sheet: Buffer): (Style | undefined)[] {
  if (sheet.length < 6) return [];
  const head = sheet.readUInt16LE(0);
  const [count, base] = [sheet.readUInt16LE(2), sheet.readUInt16LE(4)];
  const styles: (Style | undefined)[] = [];
  for (let at = 2 + head; styles.length < count && at + 2 <= sheet.length; ) {
    const length = sheet.readUInt16LE(at);
    styles.push(styleOf(sheet.subarray(at + 2, at + 2 + length), base));
    at += 2 + length + (length & 1);
  }
  return styles;
}

/** @param base bytes before its name */
function styleOf(bytes: Buffer, base: number): Style | undefined {
  if (bytes.length < base + 2 || base < 4) return undefined;
  const kind = bytes.readUInt16LE(2);
  const style = { builtIn: bytes.readUInt16LE(0) & 0xfff, base: kind >> 4 };
  // The name ends with a zero; its length counts characters of two bytes.
  const at = base + 2 + 2 * bytes.readUInt16LE(base) + 2;
  if ((kind & 15) !== PARAGRAPH_STYLE || at + 4 > bytes.length) return { ...style, changes: Buffer.alloc(0) };
  return { ...style, changes: bytes.subarray(at + 4, at + 2 + bytes.readUInt16LE(at)) };
}

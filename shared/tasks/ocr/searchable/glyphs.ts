/** Codes of the characters of a PDF: 1 and up in the order of their first use, so that any script fits. */
export class GlyphCodes {
  readonly #codes = new Map<string, number>();

  /** The code of a character. Beyond 65,534 different ones all others share that of U+FFFD. */
  codeOf(given: string): number {
    const character = /\p{Cs}/u.test(given) ? UNKNOWN : given;
    const known = this.#codes.get(character);
    if (known !== undefined) return known;
    const code = this.#codes.size + 1;
    if (code > LAST && character !== UNKNOWN) return this.codeOf(UNKNOWN);
    this.#codes.set(character, code);
    return code;
  }

  /** A CMap from the codes to Unicode (PDF 1.7, 9.10.3). */
  toUnicode(): string {
    const lines = [...this.#codes].map(([character, code]) => `<${hex(code)}> <${utf16(character)}>`);
    let chars = "";
    for (let from = 0; from < lines.length; from += 100) {
      const some = lines.slice(from, from + 100);
      chars += `${some.length} beginbfchar\n${some.join("\n")}\nendbfchar\n`;
    }
    return `${CMAP_HEAD}${chars}${CMAP_FOOT}`;
  }
}

/** One code is kept for U+FFFD. */
const LAST = 65_534;
const UNKNOWN = "\ufffd";

const CMAP_HEAD = `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
`;
const CMAP_FOOT = `endcmap
CMapName currentdict /CMap defineresource pop
end
end
`;

export function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

function utf16(character: string): string {
  return character
    .split("")
    .map((unit) => hex(unit.charCodeAt(0)))
    .join("");
}

/** Properties of a UTF-16 unit that words and clauses depend on, as bits. */
export const LETTER = 1;
export const NUMBER = 2;
export const MARK = 4;
export const SPACE = 8;
export const APOSTROPHE = 16;
export const HYPHEN = 32;
export const JOINER = 64;
export const UNDERSCORE = 128;

const PROPERTIES: readonly (readonly [bit: number, units: RegExp])[] = [
  [LETTER, /\p{L}+/gu],
  [NUMBER, /\p{N}+/gu],
  [MARK, /\p{M}+/gu],
  [SPACE, /\s+/gu],
  [APOSTROPHE, /['’]/gu],
  [HYPHEN, /-/gu],
  [JOINER, /[\u200c\u200d]/gu],
  [UNDERSCORE, /_/gu],
];

const UNITS = 0x10000;

let known: Uint8Array | undefined;

/** The bits of every UTF-16 unit; surrogates have none. To look one up takes less time than a regular expression. */
export function unitTable(): Uint8Array {
  known ??= tableOf(PROPERTIES);
  return known;
}

function tableOf(properties: typeof PROPERTIES): Uint8Array {
  const codes = Uint16Array.from({ length: UNITS }, (_, unit) => unit);
  const all = Buffer.from(codes.buffer).toString("utf16le");
  const table = new Uint8Array(UNITS);
  for (const [bit, units] of properties) {
    for (const { 0: run, index } of all.matchAll(units)) {
      for (let unit = index; unit < index + run.length; unit += 1) table[unit] = (table[unit] ?? 0) | bit;
    }
  }
  return table;
}

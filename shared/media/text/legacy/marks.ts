/**
 * Costs of characters that are no letters and not in ASCII, in half nats: by themselves, after each kind of character
 * and before each kind. Set by hand; a character that no text has costs more than any letter.
 */
export interface Mark {
  readonly base: number;
  readonly afterLetter: number;
  readonly afterSpace: number;
  readonly afterDigit: number;
  readonly beforeLetter: number;
  readonly beforeSpace: number;
  /** Between two letters, besides. */
  readonly inside: number;
}

const NEUTRAL: Mark = {
  base: 16,
  afterLetter: 4,
  afterSpace: 0,
  afterDigit: 0,
  beforeLetter: 2,
  beforeSpace: 0,
  inside: 16,
};

/** Characters of a kind in one string. */
const MARKS: readonly (readonly [characters: string, mark: Partial<Mark>])[] = [
  ["’ʼ", { base: 8, afterLetter: 0, afterSpace: 8, beforeLetter: 0, inside: 0 }],
  ["‚", { base: 16, afterLetter: 8, beforeLetter: 0, beforeSpace: 6, inside: 24 }],
  ["·", { base: 16, inside: 0 }],
  ["„", { base: 11, afterLetter: 14, beforeLetter: 0, beforeSpace: 10 }],
  ["“‘«‹¿¡", { base: 11, afterLetter: 6, beforeLetter: 0, beforeSpace: 3 }],
  ["”»›", { base: 11, afterLetter: 0, afterSpace: 5, beforeLetter: 10 }],
  ["…", { base: 11, afterLetter: 0, afterSpace: 2, beforeLetter: 3 }],
  ["–—", { base: 9, afterLetter: 3, inside: 4 }],
  ["\u00a0", { base: 11, afterLetter: 0, beforeLetter: 0, inside: 4 }],
  ["€£", { base: 14, afterLetter: 10, beforeLetter: 4 }],
  ["°", { base: 13, afterLetter: 8, afterSpace: 3, beforeLetter: 0 }],
  ["ºª", { base: 14, afterLetter: 4, afterSpace: 10 }],
  ["•§©®™†№×÷±½¼¾²³µ¶¹、", { base: 16 }],
  ["´", { base: 17, afterLetter: 0, beforeLetter: 0, inside: 0 }],
  ["¢¥‰ƒ‡", { base: 20 }],
  ["\u00ad", { base: 20, afterLetter: 0, beforeLetter: 0, inside: 0 }],
  ["\u200c\u200d\u200e\u200f", { base: 30, afterLetter: 0, beforeLetter: 0, inside: 0 }],
  ["،؛؟٪«»", { base: 9, afterLetter: 0, beforeLetter: 4 }],
  ["٠١٢٣٤٥٦٧٨٩", { base: 12, beforeLetter: 6 }],
];

const RARE: Mark = { ...NEUTRAL, base: 25 };
const BOX: Mark = { ...NEUTRAL, base: 24, afterSpace: 0, afterLetter: 8, beforeLetter: 8 };
const IMPOSSIBLE: Mark = { ...NEUTRAL, base: 44 };

const known: ReadonlyMap<string, Mark> = new Map(
  MARKS.flatMap(([characters, mark]) =>
    [...characters].map((character): [string, Mark] => [character, { ...NEUTRAL, ...mark }]),
  ),
);

const BOX_DRAWING = /[\u2500-\u259f]/u;
const NO_TEXT = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/u;

export function markOf(character: string): Mark {
  const mark = known.get(character);
  if (mark !== undefined) return mark;
  if (BOX_DRAWING.test(character)) return BOX;
  return NO_TEXT.test(character) ? IMPOSSIBLE : RARE;
}

/** Cost of a character of a drawn frame after another one: tables have them in rows. */
export const NEXT_IN_FRAME = 3;

export function isFrame(mark: Mark): boolean {
  return mark === BOX;
}

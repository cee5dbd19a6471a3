import * as iconv from "./iconv.ts";

/** Places of the five bits of a vowel and of a final consonant in Unicode's order of Hangul; -1: none. */
const VOWELS = [
  -1, -1, -1, 0, 1, 2, 3, 4, -1, -1, 5, 6, 7, 8, 9, 10, -1, -1, 11, 12, 13, 14, 15, 16, -1, -1, 17, 18, 19,
  20,
];
const FINALS = [
  -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, -1, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
  27,
];
/** Letters by themselves, in the order of their bits. */
const INITIAL_LETTERS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FILL = { initial: 1, vowel: 2, final: 1 } as const;
const SYLLABLES = 0xac00;

/** Decodes Johab (KS C 5601-1992, annex 3; code page 1361): Hangul by its letters, other characters as KS X 1001. */
export function decodeJohab(bytes: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      parts.push(lead === 0x5c ? "₩" : String.fromCharCode(lead));
      continue;
    }
    const trail = bytes[at + 1] ?? 0;
    const character = characterOf(lead, trail);
    parts.push(character ?? "\ufffd");
    // After an invalid pair an ASCII character is read by itself.
    if (character !== undefined || trail >= 0x80) at += 1;
  }
  return parts.join("");
}

function characterOf(lead: number, trail: number): string | undefined {
  return lead < 0xd8 ? syllable((lead << 8) | trail) : symbol(lead, trail);
}

function syllable(code: number): string | undefined {
  const initial = ((code >> 10) & 31) - 2;
  const middle = (code >> 5) & 31;
  const end = code & 31;
  const vowel = VOWELS[middle] ?? -1;
  const final = FINALS[end] ?? -1;
  if (initial < 0 || vowel < 0) return letter({ initial, middle, end });
  if (initial > 18 || final < 0) return undefined;
  return String.fromCharCode(SYLLABLES + (initial * 21 + vowel) * 28 + final);
}

/** A consonant or a vowel by itself. */
function letter({
  initial,
  middle,
  end,
}: Readonly<Record<"initial" | "middle" | "end", number>>): string | undefined {
  if (end !== FILL.final) return undefined;
  if (initial === FILL.initial - 2) return vowelLetter(VOWELS[middle] ?? -1);
  return middle === FILL.vowel ? INITIAL_LETTERS[initial] : undefined;
}

function vowelLetter(vowel: number): string | undefined {
  return vowel < 0 ? undefined : String.fromCharCode(0x314f + vowel);
}

/** Symbols and Chinese characters: two rows of KS X 1001 for each lead byte. */
function symbol(lead: number, trail: number): string | undefined {
  const first = firstRow(lead);
  const place = placeOf(trail);
  if (first === undefined || place === undefined) return undefined;
  const row = first + (place >= 94 ? 1 : 0);
  const text = iconv.decode(Buffer.from([row, 0xa1 + (place % 94)]), "euc-kr");
  return text === "\ufffd" ? undefined : text;
}

function firstRow(lead: number): number | undefined {
  if (lead >= 0xe0 && lead <= 0xf9) return 0xca + 2 * (lead - 0xe0);
  return lead >= 0xd9 && lead <= 0xde ? 0xa1 + 2 * (lead - 0xd9) : undefined;
}

function placeOf(trail: number): number | undefined {
  if (trail >= 0x31 && trail <= 0x7e) return trail - 0x31;
  return trail >= 0x91 && trail <= 0xfe ? trail - 0x43 : undefined;
}

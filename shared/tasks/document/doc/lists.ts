import { type List, type ListLevel, Numbering } from "../docx/numbering.ts";
import type { WordFile } from "./fib.ts";

/** Names of the formats of numbers, by their codes (MS-OSHARED 2.2.1.3). */
const FORMATS: readonly string[] = [
  ...["decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "ordinal", "cardinalText"],
  ...["ordinalText", "hex", "chicago", "ideographDigital", "japaneseCounting", "aiueo", "iroha"],
  ...["decimalFullWidth", "decimalHalfWidth", "japaneseLegal", "japaneseDigitalTenThousand"],
  ...["decimalEnclosedCircle", "decimalFullWidth2", "aiueoFullWidth", "irohaFullWidth", "decimalZero"],
  ...["bullet", "ganada", "chosung", "decimalEnclosedFullstop", "decimalEnclosedParen"],
  ...["decimalEnclosedCircleChinese", "ideographEnclosedCircle", "ideographTraditional"],
  ...["ideographZodiac", "ideographZodiacTraditional", "taiwaneseCounting", "ideographLegalTraditional"],
  ...["taiwaneseCountingThousand", "taiwaneseDigital", "chineseCounting", "chineseLegalSimplified"],
  ...["chineseCountingThousand", "koreanDigital", "koreanCounting", "koreanLegal", "koreanDigital2"],
  ...["vietnameseCounting", "hebrew1", "arabicAlpha", "hebrew2", "arabicAbjad", "hindiVowels"],
  ...["hindiConsonants", "hindiNumbers", "hindiCounting", "thaiLetters", "thaiNumbers", "thaiCounting"],
  ...["decimal", "numberInDash", "russianLower", "russianUpper"],
];
const NO_NUMBER = 255;
const KIND = 28;
const LEVEL = 28;
const LEVELS = 9;
const LIST = 16;
const MOST_LISTS = 10_000;
const IS_LEGAL = 4;
const HAS_RESTART = 8;
const OVERRIDES_START = 0x10;
const OVERRIDES_LEVEL = 0x20;

/** Lists of a document, which count their items (MS-DOC 2.9.131 and 2.9.207). */
export function listsOf(file: WordFile): Numbering {
  const kinds = kindsOf(file.from("listKinds"));
  const lists = new Map<string, List>();
  const table = file.part("lists");
  const count = table.length < 4 ? 0 : Math.min(MOST_LISTS, table.readUInt32LE(0));
  const overrides = { bytes: table, at: 4 + LIST * count };
  for (let number = 1; number <= count; number += 1) {
    const at = 4 + LIST * (number - 1);
    if (at + LIST > table.length) break;
    const id = String(table.readInt32LE(at));
    const levels = new Map(kinds.get(id));
    const restarts = readOverrides(overrides, table[at + 12] ?? 0, levels);
    lists.set(String(number), { abstractId: id, levels, restarts });
  }
  return new Numbering(lists);
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** Levels of kinds of lists, by their ids; they follow behind all kinds. */
function kindsOf(bytes: Buffer): ReadonlyMap<string, ReadonlyMap<number, ListLevel>> {
  const kinds = new Map<string, ReadonlyMap<number, ListLevel>>();
  const count = bytes.length < 2 ? 0 : Math.min(MOST_LISTS, bytes.readUInt16LE(0));
  const cursor = { bytes, at: 2 + KIND * count };
  for (let number = 0; number < count; number += 1) {
    const at = 2 + KIND * number;
    if (at + KIND > bytes.length) break;
    const isSimple = ((bytes[at + 26] ?? 0) & 1) !== 0;
    const levels = Array.from(
      { length: isSimple ? 1 : LEVELS },
      (_, level) => [level, readLevel(cursor)] as const,
    );
    kinds.set(
      String(bytes.readInt32LE(at)),
      new Map(levels.flatMap(([at, level]) => (level === undefined ? [] : [[at, level]]))),
    );
  }
  return kinds;
}

/** A level of a list (MS-DOC 2.9.149): its head, two lists of changes, and the pattern of its label. */
function readLevel(cursor: Cursor): ListLevel | undefined {
  const { bytes, at } = cursor;
  if (at + LEVEL + 2 > bytes.length) return undefined;
  const flags = bytes[at + 5] ?? 0;
  const textAt = at + LEVEL + (bytes[at + 24] ?? 0) + (bytes[at + 25] ?? 0);
  if (textAt + 2 > bytes.length) return undefined;
  const end = textAt + 2 + 2 * bytes.readUInt16LE(textAt);
  const text = bytes.toString("utf16le", textAt + 2, end);
  cursor.at = end;
  const code = bytes[at + 4] ?? 0;
  return {
    format: code === NO_NUMBER ? "none" : (FORMATS[code] ?? "decimal"),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a number from 0 to 8 stands for the number of a level.
    pattern: text.replace(/[\x00-\x08]/g, (sign) => `%${sign.charCodeAt(0) + 1}`),
    start: bytes.readInt32LE(at),
    isLegal: (flags & IS_LEGAL) !== 0,
    restartsAfter: (flags & HAS_RESTART) === 0 ? undefined : (bytes[at + 26] ?? 0),
    style: undefined,
  };
}

/** Changes the levels of one list (MS-DOC 2.9.132). @returns levels that start anew */
function readOverrides(cursor: Cursor, count: number, levels: Map<number, ListLevel>): ReadonlySet<number> {
  const restarts = new Set<number>();
  // Four bytes without a meaning come before those of each list.
  cursor.at += 4;
  for (let done = 0; done < count && cursor.at + 8 <= cursor.bytes.length; done += 1) {
    const [start, flags] = [cursor.bytes.readInt32LE(cursor.at), cursor.bytes.readUInt32LE(cursor.at + 4)];
    cursor.at += 8;
    const number = flags & 15;
    const known = levels.get(number);
    const own = (flags & OVERRIDES_LEVEL) === 0 ? known : readLevel(cursor);
    if (own === undefined) continue;
    const isStarted = (flags & OVERRIDES_START) !== 0;
    if (isStarted) restarts.add(number);
    levels.set(number, isStarted && own === known ? { ...own, start } : own);
  }
  return restarts;
}

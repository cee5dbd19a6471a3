import { readFileSync } from "node:fs";
import { join } from "node:path";
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { decodeText } from "./decode.ts";

const fixtures = join(import.meta.dirname, "../../../tests/fixtures/text");
const textOf = (language: string) => readFileSync(join(fixtures, `${language}.utf8`), "utf8");

const RUSSIAN = "Привет, мир! Съешь ещё этих мягких французских булок, да выпей чаю.\n";
const CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Léto končí.\n";

/** Whole characters of UTF-8 in one of which a byte is replaced by another one. */
function damaged(text: string, byte: number): Buffer {
  const middle = Buffer.byteLength(text.slice(0, Math.floor(text.length / 2)));
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes.subarray(0, middle), Buffer.from([byte]), bytes.subarray(middle)]);
}

test.each([
  ["Russian", RUSSIAN.repeat(30), 0xff],
  ["Czech", CZECH.repeat(40), 0xe9],
  ["English", "A naïve idea of the old harbour. ".repeat(600), 0xe9],
  ["Japanese", "これは日本語の文章です。".repeat(50), 0x80],
  ["Greek", "Καλημέρα κόσμε, τι κάνεις; ".repeat(20), 0xc0],
  ["Arabic", "مرحبا بالعالم، هذا نص عربي. ".repeat(20), 0xfe],
  ["Korean", "안녕하세요. 두 문장이 있습니다. ".repeat(20), 0xed],
])("%s in UTF-8 with one byte that is wrong is UTF-8", (_, text, byte) => {
  const { encoding, text: found, confidence } = decodeText(damaged(text, byte));
  expect(encoding).toBe("utf-8");
  expect(found.match(/\ufffd/g)).toHaveLength(1);
  expect(found.replace("\ufffd", "")).toBe(text);
  expect(confidence).toBeGreaterThan(0.9);
});

test("characters that are written as two surrogates are one each", () => {
  const pair = Buffer.from([0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]);
  const bytes = Buffer.concat([Buffer.from("naïve "), pair, Buffer.from(" café")]);
  expect(decodeText(bytes)).toMatchObject({ text: "naïve 😀 café", encoding: "utf-8" });
});

test("a text whose only letters above ASCII come late is read by them", () => {
  const late = `${"plain words only. ".repeat(20_000)}Съешь ещё этих мягких французских булок.`;
  expect(decodeText(iconv.encode(late, "windows-1251"))).toMatchObject({
    text: late,
    encoding: "windows-1251",
  });
});

test.each([
  ["windows-1252", "It’s a “smart” quote – isn’t it? Costs €5… “Yes”, she said."],
  ["windows-1252", "L’été dernier, le café coûtait 3 € – c’était déjà trop."],
  ["windows-1252", "Die Straße ist schön, aber die Brücke über den Fluß fehlt."],
  ["windows-1250", "Zażółć gęślą jaźń, a potem idź spać. Łódź leży daleko."],
  ["windows-1250", "Árvíztűrő tükörfúrógép, és még több őszinte szó."],
  ["windows-1250", CZECH],
  ["windows-1253", "Άνθρωπος και Άγιος. Ήταν μια ωραία μέρα στην Αθήνα."],
  ["windows-1251", "ДОГОВОР ПОСТАВКИ ТОВАРОВ И УСЛУГ. ОБЩИЕ ПОЛОЖЕНИЯ."],
  ["windows-1252", "Navn;Adresse\r\nÅse Ødegård;Bjørnøya 5\r\nÅge Næss;Ålesund\r\n"],
  ["windows-1252", "„Haben Sie das gesehen?“ fragte er – doch niemand wußte es."],
  ["utf-8", "hour时.txt"],
  ["utf-8", "English with a right quote shouldn’t\r\nbe mistaken."],
  ["windows-1251", "Це речення українською мовою, і воно має літери ї та є."],
  ["windows-1251", RUSSIAN],
  ["koi8-r", RUSSIAN],
  ["ibm866", RUSSIAN],
  ["iso-8859-5", RUSSIAN],
  ["windows-1253", "Η ζωή είναι ωραία όταν έχεις φίλους και χρόνο."],
  ["windows-1254", "Bugün hava çok güzel, çünkü güneş ışıldıyor."],
  ["windows-1255", "שלום עולם, זה משפט בעברית עם כמה מילים."],
  ["windows-1256", "هذا نص عربي قصير، فيه بعض الكلمات."],
  ["windows-1257", "Šiandien gražus oras, todėl eisime į mišką grybauti."],
  ["shift_jis", "これは日本語の短い文章です。"],
  ["euc-jp", "これは日本語の短い文章です。"],
  ["euc-kr", "안녕하세요. 이것은 한국어 문장입니다."],
  ["gb18030", "这是一个简短的中文句子，没有别的。"],
  ["big5", "這是一個簡短的中文句子，沒有別的。"],
])("a short text is %s: %s", (encoding, text) => {
  expect(decodeText(iconv.encode(text, encoding))).toMatchObject({ text, encoding });
});

const LANGUAGES: readonly (readonly [language: string, ...encodings: string[]])[] = [
  ["deu", "windows-1252", "cp850", "macintosh"],
  ["pol", "windows-1250", "iso-8859-2", "cp852"],
  ["rus", "windows-1251", "koi8-r", "cp866", "maccyrillic", "cp855"],
  ["ell", "windows-1253", "iso-8859-7", "cp737"],
  ["tur", "windows-1254", "cp857"],
  ["arb", "windows-1256", "iso-8859-6"],
  ["jpn", "shift_jis", "euc-jp", "utf-16le", "utf-16be"],
  ["kor", "euc-kr", "utf-16le", "utf-16be"],
  ["zho", "gb18030", "utf-16le", "utf-16be"],
];

test.each(
  LANGUAGES.flatMap(([language, ...encodings]) => encodings.map((encoding) => [language, encoding] as const)),
)("%s in %s is read as it was written", (language, encoding) => {
  const text = textOf(language);
  expect(decodeText(iconv.encode(text, encoding, { addBOM: false })).text).toBe(text);
});

test("an invalid byte in a legacy text costs one character", () => {
  const text = textOf("jpn");
  const bytes = iconv.encode(text, "shift_jis");
  const at = bytes.indexOf("\n");
  const { text: found } = decodeText(
    Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at)]),
  );
  expect(found.replace(/[\ufffd\uf8f3]/, "")).toBe(text);
});

test.each([
  ["iso-2022-kr", "\x1b$)C\n\x0e>H3g\x0f \x0e<<0h\x0f.\n", "\n안녕 세계.\n"],
  ["iso-2022-cn", "\x1b$)A\x0e;6S-\x0f.\n", "欢迎.\n"],
  ["hz-gb-2312", "This is ~{VPND~}, and ~~ too.\n", "This is 中文, and ~ too.\n"],
  ["iso-2022-jp", "\x1b$B$3$s\x1b(B and \x1b(I1\x1b(B\n", "こん and ｱ\n"],
])("%s is read by its escape sequences", (encoding, bytes, text) => {
  const found = decodeText(Buffer.from(bytes, "latin1"));
  expect(found.encoding).toBe(encoding);
  expect(found.text).toBe(text);
});

test.each([
  [
    "johab",
    "b7a120a285b877b76520bc6c94612e20d0778a8193652095a1afa120b4619c81b54120b7b689a120a481936520b8f7b5a1b5412098e1906594612e",
    "이 문장은 짧다. 항구는 도시 아래에 있고 배는 정오에 떠난다.",
  ],
  [
    "ibm037",
    "c140a2889699a3408995a596898385408699969440a38885408881998296a4994b15",
    "A short invoice from the harbour.\n",
  ],
  [
    "ibm273",
    "c4898540e2a39981a1854089a2a340a283886a956b40818285994084898540c299d083928540d08285994084859540c693a4a14086858893a34b404a9987859940878982a34085a24095898388a34b",
    "Die Straße ist schön, aber die Brücke über den Fluß fehlt. Ärger gibt es nicht.",
  ],
])("%s is read", (encoding, hex, text) => {
  expect(decodeText(Buffer.from(hex, "hex"))).toMatchObject({ encoding, text });
});

test("bytes that are no language have a confidence below a half", () => {
  const bytes = Buffer.from(Array.from({ length: 400 }, (_, at) => 0x80 + ((at * 37) % 64)));
  expect(decodeText(bytes).confidence).toBeLessThan(0.5);
});

test("ASCII is never taken for pairs of Chinese characters", () => {
  expect(decodeText(Buffer.from("Bush hid the facts")).encoding).toBe("us-ascii");
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeText } from "./decode.ts";

const fixtures = join(import.meta.dirname, "../../../tests/fixtures/text");
const files = readdirSync(fixtures).filter((file) => file.endsWith(".txt"));
const codes: Readonly<Record<string, string>> = {
  arabic: "arb",
  chinese: "zho",
  german: "deu",
  greek: "ell",
  japanese: "jpn",
  korean: "kor",
  polish: "pol",
  russian: "rus",
  turkish: "tur",
};

test.each(files)("%s decodes to its text", (file) => {
  const language = codes[file.split("-")[0] ?? ""];
  const truth = readFileSync(join(fixtures, `${language}.utf8`), "utf8");
  expect(decodeText(readFileSync(join(fixtures, file))).text).toBe(truth);
});

const text = "Grüße aus Köln – 10 €\nund 日本 😀\n";

test.each([
  ["utf-8", Buffer.from(`\ufeff${text}`, "utf8")],
  ["utf-16le", Buffer.from(`\ufeff${text}`, "utf16le")],
  ["utf-16be", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
])("%s with a byte order mark", (encoding, bytes) => {
  expect(decodeText(bytes)).toEqual({ text, encoding, confidence: 1, bom: true });
});

test.each([
  ["utf-32le", (code: number) => [code, 0, 0, 0]],
  ["utf-32be", (code: number) => [0, 0, 0, code]],
  ["utf-16le", (code: number) => [code, 0]],
  ["utf-16be", (code: number) => [0, code]],
])("%s without a byte order mark", (encoding, unit) => {
  const plain = "DateTime,Bid,Ask\r\n07/19/2015!";
  const bytes = Buffer.from([...plain].flatMap((letter) => unit(letter.charCodeAt(0))));
  expect(decodeText(bytes)).toMatchObject({ text: plain, encoding, bom: false });
});

test.each([
  ["Съешь ещё этих мягких французских булок, да выпей чаю."],
  ["これは日本語の文章です。二つの文があります。\n"],
  ["한국어 문장입니다. 두 문장이 있습니다."],
  ["مرحبا بالعالم، هذا نص عربي."],
])("UTF-16 without a byte order mark in other scripts: %s", (plain) => {
  const little = Buffer.from(plain, "utf16le");
  expect(decodeText(little)).toMatchObject({ text: plain, encoding: "utf-16le" });
  expect(decodeText(Buffer.from(little).swap16())).toMatchObject({ text: plain, encoding: "utf-16be" });
});

test("valid UTF-8 needs no statistics", () => {
  expect(decodeText(Buffer.from(text))).toEqual({ text, encoding: "utf-8", confidence: 1, bom: false });
});

test("plain ASCII is reported as us-ascii", () => {
  expect(decodeText(Buffer.from("plain"))).toMatchObject({ text: "plain", encoding: "us-ascii" });
});

test("a given encoding is used without detection", () => {
  expect(decodeText(Buffer.from([0xc4]), "iso-8859-5").text).toBe("Ф");
});

test("an unknown given encoding is refused by name", () => {
  expect(() => decodeText(Buffer.from("x"), "klingon")).toThrow(/"klingon" is not known/);
});

test.each([
  ["a PNG image", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1")],
  ["a PDF document", Buffer.from("%PDF-1.7\n%\xe2\xe3\n", "latin1")],
  ["a ZIP archive", Buffer.from("PK\x03\x04\x14\0\x06", "latin1")],
  ["NUL bytes", Buffer.from("abc\0def")],
  ["control characters", Buffer.from([1, 2, 3, 4, 5, 6, 65, 66])],
])("%s is not text", (what, bytes) => {
  expect(() => decodeText(bytes)).toThrow(new RegExp(`^This is not a text file: it .*${what}`));
});

test("UTF-8 cut in the middle of a character is still read", () => {
  const cut = Buffer.from("Crème brûlée, naïve café, déjà vu").subarray(0, -1);
  expect(decodeText(cut).text).toContain("Cr");
});

test.each([
  ["", []],
  ["€", [0x80]],
  ["“”", [0x93, 0x94]],
])("Windows-1252 is Latin-1 with signs of its own: '%s'", (signs, bytes) => {
  const latin = Buffer.from([...range(0x20, 0x7e), ...range(0xa0, 0xff)]);
  const { text } = decodeText(Buffer.concat([latin, Buffer.from(bytes)]), "windows-1252");
  expect(text).toBe(latin.toString("latin1") + signs);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

import { readFile } from "node:fs/promises";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { charactersOf } from "./pdf/engine/sfnt.ts";
import { fieldsOf, pdfOf, stream } from "./testing.ts";

const program = () =>
  readFile(
    new URL("../../../node_modules/pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf", import.meta.url),
  );

/** Text of a page with these codes in the font of object 4; `objects` follow as 6, 7 … */
async function read(codes: string, font: string, ...objects: readonly (string | Buffer)[]): Promise<unknown> {
  const bytes = pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
    font,
    stream(`BT /F1 10 Tf 72 700 Td ${codes} Tj ET`),
    ...objects,
  ]);
  return (await fieldsOf("a.pdf", bytes)).text_content;
}

function mapOf(pairs: readonly (readonly [code: string, text: string])[]): string {
  const lines = pairs.map(([code, text]) => `<${code}> <${text}>`);
  const range = `1 begincodespacerange <${"0".repeat(pairs[0]?.[0].length ?? 2)}> <${"f".repeat(pairs[0]?.[0].length ?? 2)}> endcodespacerange`;
  return `begincmap ${range} ${lines.length} beginbfchar\n${lines.join("\n")}\nendbfchar endcmap end end`;
}

const HELVETICA =
  "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 6 0 R >>";

test.each([
  ["characters of control", "0007", "0008"],
  ["characters that stand for none", "FFFD", "FFFD"],
])("a map of %s gives way to the font's own encoding", async (_, one, other) => {
  const map = stream(
    mapOf([
      ["41", one],
      ["42", other],
    ]),
  );
  expect(await read("(AB)", HELVETICA, map)).toBe("AB");
});

test("single texts of a map that no font draws give way to the encoding, the others stay", async () => {
  const map = stream(
    mapOf([
      ["41", "0061"],
      ["42", "0001"],
      ["43", "0063"],
    ]),
  );
  expect(await read("(ABC)", HELVETICA, map)).toBe("aBc");
});

const COMPOSITE =
  "<< /Type /Font /Subtype /Type0 /BaseFont /Liberation /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 6 0 R >>";
const DESCENDANT =
  "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Liberation /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 8 0 R /DW 600 >>";
const DESCRIPTOR = "<< /Type /FontDescriptor /FontName /Liberation /Flags 4 /FontFile2 9 0 R >>";

/** A text in the glyph numbers of the font program, each in four digits. */
function glyphCodes(font: Buffer, text: string): string {
  const glyphs = new Map([...charactersOf(font, {})].map(([glyph, character]) => [character, glyph]));
  return [...text].map((character) => (glyphs.get(character) ?? 0).toString(16).padStart(4, "0")).join("");
}

test.each([
  ["is missing", "null"],
  [
    "is made of characters of control",
    stream(
      mapOf([
        ["0024", "0007"],
        ["0025", "0008"],
      ]),
    ),
  ],
  ["is damaged from its start", stream(Buffer.from("no deflated data"), "/Filter /FlateDecode")],
])("a font whose map %s is read by the characters of its program", async (_, map) => {
  const font = await program();
  const codes = `<${glyphCodes(font, "Größe Łódź")}>`;
  expect(await read(codes, COMPOSITE, map, DESCENDANT, DESCRIPTOR, stream(font))).toBe("Größe Łódź");
});

test("the readable part of a damaged map is used", async () => {
  const pairs = [..."Flags and paving"].map((letter, at): [string, string] => [
    (7 + at).toString(16).padStart(4, "0"),
    letter.charCodeAt(0).toString(16).padStart(4, "0"),
  ]);
  const packed = deflateSync(mapOf([...pairs, ...pairs, ...pairs]));
  const cut = packed.fill(0xff, packed.length - 12);
  const codes = `<${pairs.map(([code]) => code).join("")}>`;
  const font = await program();
  const damaged = stream(cut, "/Filter /FlateDecode");
  expect(await read(codes, COMPOSITE, damaged, DESCENDANT, DESCRIPTOR, stream(font))).toBe(
    "Flags and paving",
  );
});

test("characters of control are never text", async () => {
  const plain = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
  expect(await read("(a\\001\\002b\\177)", plain)).toBe("ab");
});

test("the characters of a font come from the names of its glyphs where it has no table of them", () => {
  expect([...charactersOf(fontWithNames(["alpha", "uni20AC"]), { alpha: 0x3b1 })]).toEqual([
    [1, "α"],
    [2, "€"],
  ]);
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["zeros", Buffer.alloc(64)],
  ["offsets outside of it", Buffer.from(`0001000000010000000000000000${"ff".repeat(40)}`, "hex")],
])("a font of %s has no characters", (_, font) => {
  expect(charactersOf(font, {}).size).toBe(0);
});

/** A font with a table `post` of format 2 alone. */
function fontWithNames(names: readonly string[]): Buffer {
  const head = Buffer.alloc(28);
  head.writeUInt16BE(1, 4);
  head.write("post", 12);
  head.writeUInt32BE(28, 20);
  const post = Buffer.alloc(34 + 2 * (names.length + 1));
  post.writeUInt32BE(0x20000, 0);
  post.writeUInt16BE(names.length + 1, 32);
  for (const index of names.keys()) post.writeUInt16BE(258 + index, 36 + 2 * index);
  return Buffer.concat([
    head,
    post,
    ...names.map((name) => Buffer.from(`${String.fromCharCode(name.length)}${name}`)),
  ]);
}

import { expect, test } from "vitest";
import { withDescriptors } from "./pdf/descriptors.ts";
import { fieldsOf, pagesOf, pdfOf, stream } from "./testing.ts";

/** Text of a page with this content, in Helvetica of 10 points, whose codes 0301 to 0317 are accents. */
async function read(content: string): Promise<unknown> {
  return (await fieldsOf("a.pdf", pagesOf([`BT /F1 10 Tf 1 0 0 1 72 700 Tm ${content} ET`]))).text_content;
}

test.each([
  ["one beside its letter stays a sign", "(Universit\\310at) Tj", "Universit¨at"],
  ["one drawn over the letter after it goes on it", "[(Universit\\310) 445 (at)] TJ", "Universität"],
  ["one drawn over the letter before it goes on it", "[(caf) (e) 445 (\\302)] TJ", "café"],
  ["one beside a letter of another font too", "(\\302) Tj /F1 10.1 Tf (A) Tj", "´A"],
])("accents: %s", async (_, content, text) => {
  expect(await read(content)).toBe(text);
});

test.each([
  [
    "a footnote's mark stands apart from its text",
    "4 Ts /F1 6 Tf (1) Tj 0 Ts /F1 10 Tf 1 0 0 1 76 700 Tm (Note) Tj",
    "1 Note",
  ],
  ["an index belongs to its letter", "(a) Tj -2 Ts /F1 6 Tf (1) Tj", "a1"],
  ["a change of size parts no word", "(S) Tj /F1 8 Tf (MALL) Tj", "SMALL"],
  [
    "a run to the left of the one before it is a word of its own",
    "(right) Tj 1 0 0 1 30 700 Tm (left) Tj",
    "right left",
  ],
  ["text drawn twice for boldness counts once", "(bold) Tj 1 0 0 1 72.3 700 Tm (bold) Tj", "bold"],
  ["the same word twice is two words", "(so) Tj 1 0 0 1 86 700 Tm (so) Tj", "so so"],
  [
    "words of turned text are parted",
    "0.7 0.7 -0.7 0.7 100 100 Tm (turned) Tj 34 0 Td (text) Tj",
    "turned text",
  ],
])("%s", async (_, content, text) => {
  expect(await read(content)).toBe(text);
});

/** A font of Type 3, whose glyphs a, b, c… are 600 wide and stand for these texts. */
async function readAs(texts: readonly string[], content: string): Promise<unknown> {
  const codes = texts.map((text, at) => `<${(97 + at).toString(16)}> <${utf16(text)}>`);
  const map = `begincmap 1 begincodespacerange <00> <ff> endcodespacerange ${codes.length} beginbfchar ${codes.join(" ")} endbfchar endcmap`;
  const names = texts.map((_, at) => `/g${at}`).join(" ");
  const procedures = texts.map((_, at) => `/g${at} 6 0 R`).join(" ");
  const bytes = pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
    `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 600 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar ${96 + texts.length} /Widths [${texts.map(() => 600).join(" ")}] /CharProcs << ${procedures} >> /Encoding << /Type /Encoding /Differences [97 ${names}] >> /ToUnicode 7 0 R /Resources << >> >>`,
    stream(`BT /F1 10 Tf 1 0 0 1 72 700 Tm ${content} ET`),
    stream("600 0 0 0 600 1000 d1 0 0 600 700 re f"),
    stream(map),
  ]);
  return (await fieldsOf("a.pdf", bytes)).text_content;
}

function utf16(text: string): string {
  return [...text].map((character) => character.charCodeAt(0).toString(16).padStart(4, "0")).join("");
}

test("one glyph that stands for two Arabic letters keeps their order", async () => {
  // Drawn from left to right: tah, waw, tah, the ligature of lam and khah, alef.
  expect(await readAs(["\u0637", "\u0648", "\ufccb", "\u0627"], "(abacd) Tj")).toBe("الخطوط");
});

test("words of a line from right to left come in reading order, numbers as they are", async () => {
  const letters = ["\u05d0", "\u05d1", "\u05d2", "\u0034", "\u0032"];
  const words = "(aa) Tj 1 0 0 1 90 700 Tm (de) Tj 1 0 0 1 110 700 Tm (bc) Tj";
  expect(await readAs(letters, words)).toBe("גב 42 אא");
});

test("ligatures become letters", async () => {
  expect(await readAs(["\ufb01", "x"], "(ab) Tj")).toBe("fix");
});

/** A page in a Japanese font that is neither embedded nor described; `extra` goes into its dictionary. */
function japanese(extra: string): Buffer {
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 6 0 R >>",
    "<< /Type /Font /Subtype /Type0 /BaseFont /Mincho /Encoding /90ms-RKSJ-H /DescendantFonts [5 0 R] >>",
    `<< /Type /Font /Subtype /CIDFontType0 ${extra} /BaseFont /Mincho /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /DW 1000 >>`,
    stream("BT /F1 10 Tf 72 700 Td <93FA967B8CEA> Tj ET"),
  ]);
}

test("a CID font without a descriptor is read by its CMap", async () => {
  expect((await fieldsOf("a.pdf", japanese(""))).text_content).toBe("日本語");
});

test("a font is written anew only where it has no descriptor, and once", () => {
  const described = japanese("/FontDescriptor << /Type /FontDescriptor /Flags 4 >>");
  expect(withDescriptors(described)).toBe(described);
  const repaired = withDescriptors(japanese(""));
  expect(withDescriptors(repaired)).toBe(repaired);
  const plain = pagesOf(["BT ET"]);
  expect(withDescriptors(plain)).toBe(plain);
});

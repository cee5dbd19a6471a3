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
    "left right",
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

/** A font of Type 3, whose glyphs a, b, c… stand for these texts; marks have no width, other glyphs 600. */
async function readAs(texts: readonly string[], content: string): Promise<unknown> {
  const widths = texts.map((text) => (/^\p{Mn}/u.test(text) ? 0 : 600));
  const codes = texts.map((text, at) => `<${(97 + at).toString(16)}> <${utf16(text)}>`);
  const map = `begincmap 1 begincodespacerange <00> <ff> endcodespacerange ${codes.length} beginbfchar ${codes.join(" ")} endbfchar endcmap`;
  const names = texts.map((_, at) => `/g${at}`).join(" ");
  const procedures = texts.map((_, at) => `/g${at} 6 0 R`).join(" ");
  const bytes = pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
    `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 600 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar ${96 + texts.length} /Widths [${widths.join(" ")}] /CharProcs << ${procedures} >> /Encoding << /Type /Encoding /Differences [97 ${names}] >> /ToUnicode 7 0 R /Resources << >> >>`,
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

const SALAM = ["\u0633", "\u0644\u0627", "\u0645"];

test.each([
  ["two letters", SALAM, "(cba) Tj"],
  ["two letters in the order of their shapes", ["\u0633", "\u0627\u0644", "\u0645"], "(cba) Tj"],
  ["a presentation form", ["\u0633", "\ufefc", "\u0645"], "(cba) Tj"],
  ["two letters, drawn from right to left", SALAM, "(a) Tj -6 0 Td (b) Tj -6 0 Td (c) Tj"],
])("the ligature of lam and alef keeps its order: %s", async (_, texts, content) => {
  expect(await readAs(texts, content)).toBe("\u0633\u0644\u0627\u0645");
});

test.each([
  ["before its letter, at its side", "(cba) Tj"],
  ["before its letter, over it", "[(c) -300 (b) 300 (a)] TJ"],
  ["behind its letter, drawn from right to left", "(a) Tj 1 0 0 1 75 700 Tm (b) Tj 1 0 0 1 66 700 Tm (c) Tj"],
])("a mark follows its letter, if the content has it %s", async (_, content) => {
  expect(await readAs(["\u0645", "\u064e", "\u0631"], content)).toBe("\u0645\u064e\u0631");
});

test("unseen text that OCR draws as in a mirror has its letters and words in order", async () => {
  const content = "3 Tr -1 0 0 1 200 700 Tm (ab) Tj -1 0 0 1 184 700 Tm (cb) Tj";
  expect(await readAs(["\u05d0", "\u05d1", "\u05d2"], content)).toBe("\u05d0\u05d1 \u05d2\u05d1");
});

const HEBREW = ["\u05d0", "\u05d1", "\u05d2", "4", "2", ".", "X", "Y", "(", ")"];

test.each([
  ["brackets that fonts give by their shapes", "(ibaj) Tj", "(\u05d0\u05d1)"],
  ["brackets that the file gives by their meaning", "(jbai) Tj", "(\u05d0\u05d1)"],
  [
    "a number with a point",
    "(c) Tj 1 0 0 1 82 700 Tm (dfe) Tj 1 0 0 1 104 700 Tm (ba) Tj",
    "\u05d0\u05d1 4.2 \u05d2",
  ],
  [
    "a word of another script",
    "(c) Tj 1 0 0 1 82 700 Tm (gh) Tj 1 0 0 1 98 700 Tm (ba) Tj",
    "\u05d0\u05d1 XY \u05d2",
  ],
  [
    "a line of another script",
    "(ghgh) Tj 1 0 0 1 100 700 Tm (ba) Tj 1 0 0 1 116 700 Tm (h) Tj",
    "XYXY \u05d0\u05d1 Y",
  ],
])("text from right to left comes in reading order: %s", async (_, content, text) => {
  expect(await readAs(HEBREW, content)).toBe(text);
});

test("ligatures become letters", async () => {
  expect(await readAs(["\ufb01", "x"], "(ab) Tj")).toBe("fix");
});

/** A page in a Japanese font that is neither embedded nor described; `extra` goes into its dictionary. */
function japanese(extra: string, cmap = "90ms-RKSJ-H", content = "72 700 Td <93FA967B8CEA> Tj"): Buffer {
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 6 0 R >>",
    `<< /Type /Font /Subtype /Type0 /BaseFont /Mincho /Encoding /${cmap} /DescendantFonts [5 0 R] >>`,
    `<< /Type /Font /Subtype /CIDFontType0 ${extra} /BaseFont /Mincho /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /DW 1000 >>`,
    stream(`BT /F1 10 Tf ${content} ET`),
  ]);
}

const SUN = "93FA";
const BOOK = "967B";
const WORD = "8CEA";
const UCS = "65E5672C8A9E";

test.each([
  [
    "a vertical font",
    "90ms-RKSJ-V",
    `300 700 Td <${SUN}${BOOK}${WORD}> Tj -20 0 Td <${WORD}${BOOK}${SUN}> Tj`,
  ],
  ["a vertical font of Unicode", "UniJIS-UCS2-V", `300 700 Td <${UCS}> Tj -20 0 Td <8A9E672C65E5> Tj`],
  ["a vertical font, drawn glyph by glyph", "90ms-RKSJ-V", glyphByGlyph(-10)],
  ["a horizontal font, drawn glyph by glyph", "90ms-RKSJ-H", glyphByGlyph(-10)],
  ["a horizontal font with wide steps", "90ms-RKSJ-H", glyphByGlyph(-14)],
])("vertical Japanese is read from top to bottom, lines from the right: %s", async (_, cmap, content) => {
  expect((await fieldsOf("a.pdf", japanese("", cmap, content))).text_content).toBe("日本語\n語本日");
});

test("brackets of vertical lines are those of horizontal text", async () => {
  const content = "300 700 Td <7B2C0032FF085B9A7FA9FF09> Tj";
  expect((await fieldsOf("a.pdf", japanese("", "UniJIS-UCS2-V", content))).text_content).toBe("第2（定義）");
});

function glyphByGlyph(step: number): string {
  const line = (x: number, codes: readonly string[]) =>
    codes.map((code, at) => `1 0 0 1 ${x} ${700 + step * at} Tm <${code}> Tj`).join(" ");
  return `${line(300, [SUN, BOOK, WORD])} ${line(280, [WORD, BOOK, SUN])}`;
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

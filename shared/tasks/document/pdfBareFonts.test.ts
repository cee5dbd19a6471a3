import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { sharp } from "../../media/picture/sharp.ts";
import { executeHere } from "../inProcess.ts";
import { localFile } from "../local.ts";
import { document } from "./index.ts";
import { fieldsOf, pdfOf, stream } from "./testing.ts";

/** A charstring or a program of Type 1, encrypted (Adobe Type 1 Font Format, 7). */
function encrypted(bytes: readonly number[], key: number): Buffer {
  let state = key;
  return Buffer.from(
    [0, 0, 0, 0, ...bytes].map((byte) => {
      const cipher = byte ^ (state >> 8);
      state = ((cipher + state) * 52845 + 22719) & 0xffff;
      return cipher;
    }),
  );
}

/** `0 1000 hsbw endchar`: no outline, a thousand units wide. */
const WIDE = encrypted([139, 250, 124, 13, 14], 4330);

/** A program with the glyphs A and B, and the length of its part that is not encrypted. */
function type1(): { readonly program: Buffer; readonly clear: number } {
  const head = Buffer.from(
    "%!PS-AdobeFont-1.0: Wide\n/FontMatrix [0.001 0 0 0.001 0 0] readonly def\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 65 /A put\ndup 66 /B put\nreadonly def\ncurrentfile eexec\n",
  );
  const glyph = (name: string) => [Buffer.from(`/${name} ${WIDE.length} RD `), WIDE, Buffer.from(" ND\n")];
  const body = Buffer.concat([
    Buffer.from("dup /Private 8 dict dup begin\n/lenIV 4 def\n2 index /CharStrings 2 dict dup begin\n"),
    ...glyph("A"),
    ...glyph("B"),
    Buffer.from("end\nend\n"),
  ]);
  return { program: Buffer.concat([head, encrypted([...body], 55665)]), clear: head.length };
}

/** A page in a font of Type 1 whose entry in the PDF has these widths from A on. */
function pageWithWidths(widths: string): Buffer {
  const { program, clear } = type1();
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
    `<< /Type /Font /Subtype /Type1 /BaseFont /Wide /FirstChar 65 /LastChar 66 /Widths ${widths} /FontDescriptor 6 0 R >>`,
    stream("BT /F1 10 Tf 72 700 Td (B) Tj 10 0 Td (A) Tj ET"),
    "<< /Type /FontDescriptor /FontName /Wide /Flags 4 /FontFile 7 0 R >>",
    stream(program, `/Length1 ${clear} /Length2 ${program.length - clear} /Length3 0`),
  ]);
}

test.each([
  ["the PDF", "[1000 1000]", "BA"],
  ["the font program, where the PDF lacks them", "[1000]", "BA"],
  ["the PDF, also where the program has others", "[1000 300]", "B A"],
])("widths of characters come from %s", async (_, widths, text) => {
  expect((await fieldsOf("a.pdf", pageWithWidths(widths))).text_content).toBe(text);
});

test("a font without names of characters in the PDF has those of its program", async () => {
  expect((await fieldsOf("a.pdf", pageWithWidths("[1000 1000]"))).text_content).toContain("A");
});

test("a page whose text was read is drawn with its letters all the same", async () => {
  const file = localFile(
    "page.pdf",
    await readFile(new URL("../../../examples/files/page.pdf", import.meta.url)),
  );
  const unit = { task: "document", files: [file], options: document.options.parse({}) };
  expect(String((await executeHere(document, { ...unit, step: "main", args: {} })).body)).toContain(
    "text_content",
  );
  const { body } = await executeHere(document, { ...unit, step: "picture", args: { page: 1 } });
  if (!(body instanceof Uint8Array)) throw new Error("the picture is not in memory");
  const { channels } = await sharp(body).stats();
  expect(channels[0]?.min).toBeLessThan(64);
  expect(channels[0]?.max).toBe(255);
});

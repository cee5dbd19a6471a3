import { readdir, readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { docxOf, field, fieldsOf, p, run, wordPart } from "./testing.ts";

const FIXTURES = new URL("../../../tests/fixtures/document/", import.meta.url);
const fixtures = (await readdir(FIXTURES)).filter((name) => name.endsWith(".docx"));

test.each(fixtures)("Markdown and HTML of %s hold the words of its text, in their order", async (name) => {
  await expectSameWords(await readFile(new URL(name, FIXTURES)), { password: "tika" });
});

const word = fc.stringMatching(/^[a-zé中0-9]{1,6}$/);
const looks = fc.constantFrom("", "<w:b/>", "<w:i/>", "<w:strike/>", '<w:vertAlign w:val="superscript"/>');
const plainRun = fc.tuple(fc.constantFrom("", " ", "*", "_", "|", "# ", "1. ", "- ", "~~", "["), word, looks);
const inline = fc.oneof(
  plainRun.map(([sign, text, look]) => run(sign + text, look)),
  word.map((text) => `<w:fldSimple w:instr=" TITLE ">${run(text)}</w:fldSimple>`),
  word.map((text) => field(" MERGEFIELD x ", run(text))),
  word.map((text) => `<w:dir w:val="rtl">${run(text)}</w:dir>`),
  word.map((text) => `<w:bdo w:val="ltr">${run(text)}</w:bdo>`),
  word.map((text) => `<w:ins>${run(text)}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>`),
  word.map((text) => `<w:hyperlink r:id="h">${run(text)}</w:hyperlink>`),
  word.map(
    (text) => `<w:r><w:ruby><w:rt>${run(text)}</w:rt><w:rubyBase>${run(text)}</w:rubyBase></w:ruby></w:r>`,
  ),
  fc
    .constantFrom("br", "cr", "tab", "ptab", "softHyphen", "noBreakHyphen")
    .map((name) => `<w:r><w:${name}/></w:r>`),
  fc.constant('<w:r><w:footnoteReference w:id="1"/></w:r>'),
  word.map((text) => `<w:r><w:pict><w:txbxContent>${p(text)}</w:txbxContent></w:pict></w:r>`),
);
const properties = fc.constantFrom(
  "",
  '<w:outlineLvl w:val="1"/>',
  '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>',
  '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>',
  '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>',
  "<w:rPr><w:del/></w:rPr>",
  '<w:framePr w:dropCap="drop"/>',
);
const paragraph = fc
  .tuple(properties, fc.array(inline, { maxLength: 5 }))
  .map(([own, runs]) => `<w:p><w:pPr>${own}</w:pPr>${runs.join("")}</w:p>`);
const cell = fc
  .tuple(
    fc.constantFrom("", '<w:gridSpan w:val="2"/>', "<w:cellDel/>"),
    fc.array(paragraph, { minLength: 1, maxLength: 2 }),
  )
  .map(([own, blocks]) => `<w:tc><w:tcPr>${own}</w:tcPr>${blocks.join("")}</w:tc>`);
const row = fc.array(cell, { minLength: 1, maxLength: 3 }).map((cells) => `<w:tr>${cells.join("")}</w:tr>`);
const table = fc.array(row, { minLength: 1, maxLength: 3 }).map((rows) => `<w:tbl>${rows.join("")}</w:tbl>`);
const body = fc
  .array(fc.oneof({ weight: 4, arbitrary: paragraph }, table), { maxLength: 6 })
  .map((all) => all.join(""));

const lists = wordPart(
  "numbering",
  `<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1-%2"/></w:lvl></w:abstractNum>
   <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
   <w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>`,
);

test("Markdown and HTML of any body hold the words of its text, in their order", async () => {
  const parts = {
    "word/numbering.xml": lists,
    "word/footnotes.xml": wordPart("footnotes", `<w:footnote w:id="1">${p("note")}</w:footnote>`),
  };
  const links = [
    ["n", "numbering", "numbering.xml"],
    ["f", "footnotes", "footnotes.xml"],
    ["h", "hyperlink", "https://a.example/", true],
  ] as const;
  await fc.assert(
    fc.asyncProperty(body, async (content) => await expectSameWords(docxOf({ body: content, parts, links }))),
    { numRuns: 60, seed: 16 },
  );
});

async function expectSameWords(bytes: Uint8Array, options: object = {}): Promise<void> {
  const { text_content, markdown } = await fieldsOf("a.docx", bytes, { ...options, format: "markdown" });
  const { html } = await fieldsOf("a.docx", bytes, { ...options, format: "html" });
  const words = wordsOf(String(text_content));
  expect(wordsOf(plainMarkdown(String(markdown)))).toEqual(words);
  expect(wordsOf(plainHtml(String(html)))).toEqual(words);
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Text of Markdown without its signs; addresses of links are no text. */
function plainMarkdown(markdown: string): string {
  return markdown
    .replace(/\]\([^)]*\)/g, "")
    .replace(/<br>|<!-- -->/g, " ")
    .replace(/\\[^\w\s]/g, " ")
    .replace(/[*~]|\[(?!\^)/g, "");
}

/** Text of HTML; numbers of its lists and descriptions of its pictures are text. */
function plainHtml(html: string): string {
  const numbers = new ListNumbers();
  return html
    .replace(/<img alt="([^"]*)" \/>/g, "[$1]")
    .replace(/<(\/?(?:ol|ul|li))\b(?: start="(\d+)")?>/g, (_, tag: string, start?: string) =>
      numbers.of(tag, start),
    )
    .replace(/<\/?(?:a|strong|em|s|sup|sub)\b[^>]*>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}

/** Numbers that a browser shows before the items of lists. */
class ListNumbers {
  readonly #next: number[] = [];

  of(tag: string, start = "1"): string {
    if (tag === "ol") this.#next.push(Number(start));
    if (tag === "ul") this.#next.push(Number.NaN);
    if (tag === "/ol" || tag === "/ul") this.#next.pop();
    return tag === "li" ? this.#item() : " ";
  }

  #item(): string {
    const number = this.#next.pop() ?? 1;
    this.#next.push(number + 1);
    return Number.isNaN(number) ? " " : ` ${number}. `;
  }
}

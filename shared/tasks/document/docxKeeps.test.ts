import { expect, test } from "vitest";
import { docxOf, field, fieldsOf, p, run, wordPart } from "./testing.ts";

const VML = 'xmlns:v="urn:schemas-microsoft-com:vml"';
const WP = 'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"';
const DRAWN = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';

const level = (at: number, format: string, text: string) =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
const LISTS = wordPart(
  "numbering",
  `<w:abstractNum w:abstractNumId="0">${level(0, "decimal", "%1.")}${level(1, "lowerLetter", "%2)")}</w:abstractNum>
   <w:abstractNum w:abstractNumId="1">${level(0, "bullet", "-")}</w:abstractNum>
   <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
   <w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
   <w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>`,
);
const item = (id: number, at = 0) => `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${id}"/></w:numPr>`;
const mark = (change: string) => `<w:rPr><w:${change}/></w:rPr>`;
const deleted = (text: string) => `<w:del><w:r><w:delText>${text}</w:delText></w:r></w:del>`;
const paragraph = (content: string, properties = "") => `<w:p><w:pPr>${properties}</w:pPr>${content}</w:p>`;

async function read(body: string, options: object = {}) {
  const links = [["n", "numbering", "numbering.xml"]] as const;
  return await fieldsOf("a.docx", docxOf({ body, parts: { "word/numbering.xml": LISTS }, links }), options);
}
const textOf = async (body: string) => (await read(body)).text_content;
const markdownOf = async (body: string) => (await read(body, { format: "markdown" })).markdown;

test.each([
  [
    "a deleted paragraph mark joins two paragraphs",
    paragraph(run("First half "), mark("del")) + p("second half.") + p("Third."),
    "First half second half.\nThird.",
  ],
  [
    "a deleted list item is gone, and the next ones are numbered anew",
    p("Alpha", item(1)) + paragraph(deleted("Bravo"), item(1) + mark("del")) + p("Charlie", item(1)),
    "1. Alpha\n2. Charlie",
  ],
  [
    "a moved list item counts at its new place",
    paragraph(`<w:moveFrom>${run("moved")}</w:moveFrom>`, item(1) + mark("moveFrom")) +
      p("kept", item(1)) +
      paragraph(`<w:moveTo>${run("moved")}</w:moveTo>`, item(1) + mark("moveTo")),
    "1. kept\n2. moved",
  ],
  [
    "deleted paragraphs before a table and at the end leave nothing",
    `${p("a")}${paragraph(deleted("x"), mark("del"))}<w:tbl><w:tr><w:tc>${p("b")}</w:tc></w:tr></w:tbl>${paragraph(deleted("y"), mark("del"))}`,
    "a\nb",
  ],
  [
    "a paragraph whose mark is deleted before a table stays",
    `${paragraph(run("a"), mark("del"))}<w:tbl><w:tr><w:tc>${p("b")}</w:tc></w:tr></w:tbl>`,
    "a\nb",
  ],
  [
    "a drop cap is joined to its word",
    p("O", '<w:framePr w:dropCap="drop" w:lines="3"/>') + p("nce upon a time"),
    "Once upon a time",
  ],
  [
    "hyphens that show at a line's end alone are no text",
    paragraph(`${run("exam")}<w:r><w:softHyphen/></w:r>${run("p\u00adle")}`),
    "example",
  ],
  [
    "a word stands before its reading",
    `<w:p><w:r><w:ruby><w:rubyPr/><w:rt>${run("とうきょう")}</w:rt><w:rubyBase>${run("東京")}</w:rubyBase></w:ruby></w:r>${run("に行く")}</w:p>`,
    "東京(とうきょう)に行く",
  ],
  [
    "WordArt is text",
    `<w:p><w:r><w:pict ${VML}><v:shape><v:textpath string="SUMMER SALE"/></v:shape></w:pict></w:r></w:p>`,
    "SUMMER SALE",
  ],
  [
    "the description of a picture is text in brackets",
    `<w:p><w:r><w:drawing><wp:inline ${WP}><wp:docPr id="1" name="Picture 1" descr="A red boat"/></wp:inline></w:drawing></w:r></w:p>`,
    "[A red boat]",
  ],
  [
    "text of drawn shapes follows its paragraph",
    `<w:p>${run("Body")}<w:r><w:drawing ${DRAWN}><a:txBody/><x:txBody xmlns:x="urn:x"><a:p><a:r><a:t>drawn</a:t></a:r></a:p></x:txBody></w:drawing></w:r></w:p>`,
    "Body\ndrawn",
  ],
  [
    "raised numbers stay numbers of their own",
    paragraph(
      run("10") +
        run("2", '<w:vertAlign w:val="superscript"/>') +
        run(" m") +
        run("-1", '<w:vertAlign w:val="superscript"/>'),
    ),
    "10² m⁻¹",
  ],
  [
    "raised letters and lowered digits stay",
    paragraph(
      run("1") +
        run("st", '<w:vertAlign w:val="superscript"/>') +
        run(" H") +
        run("2", '<w:vertAlign w:val="subscript"/>') +
        run("O"),
    ),
    "1st H2O",
  ],
  [
    "an element with the name of an object's method is read",
    '<w:p><constructor xmlns="urn:x"/><toString xmlns="urn:x"/><w:r><w:t>x</w:t></w:r></w:p>',
    "x",
  ],
])("%s", async (_, body, text) => {
  expect(await textOf(body)).toBe(text);
});

test.each([
  [
    "a field in the condition of another is no text",
    field(
      ` IF </w:instrText></w:r>${field("MERGEFIELD sex", run("F"))}<w:r><w:instrText> = "F" "Madam" "Sir" `,
      run("Madam"),
    ),
    "Madam",
  ],
  ["a deleted field is gone", `<w:del>${field("PAGE", run("3"))}</w:del>${run("x")}`, "x"],
  [
    "a button shows its words",
    field(" MACROBUTTON NoMacro [Click here and type name] "),
    "[Click here and type name]",
  ],
  ["SYMBOL is the sign of its font", field(String.raw` SYMBOL 97 \f "Symbol" \s 12 `), "α"],
  ["SYMBOL in hexadecimal, without a font", field(" SYMBOL 0x41 "), "A"],
  ["QUOTE is its text", field(' QUOTE "as said" '), "as said"],
  ["an index entry is no text", field(' XE "Boats:red" '), ""],
  [
    "a field without an end keeps its words",
    `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>${run("kept")}`,
    "kept",
  ],
  [
    "ends without a beginning are passed over",
    `<w:r><w:fldChar w:fldCharType="end"/></w:r>${run("x")}<w:r><w:fldChar w:fldCharType="separate"/></w:r>`,
    "x",
  ],
  [
    "a simple field has its result",
    `<w:fldSimple w:instr=" TITLE ">${run("Report")}</w:fldSimple>`,
    "Report",
  ],
])("fields: %s", async (_, content, text) => {
  expect(await textOf(paragraph(content))).toBe(text);
});

test("an instruction of several paragraphs joins them", async () => {
  const begin =
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF 1 = 1 "x</w:instrText></w:r>';
  const end = '<w:r><w:instrText>y" "z" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>';
  const body =
    paragraph(run("A ") + begin) +
    paragraph(end + run("one")) +
    paragraph(`${run("two")}<w:r><w:fldChar w:fldCharType="end"/></w:r>`);
  expect(await textOf(body)).toBe("A one\ntwo");
});

const form = (data: string, name: string) =>
  field(name).replace('"begin"/>', `"begin"><w:ffData>${data}</w:ffData></w:fldChar>`);
test.each([
  ['<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>', "FORMCHECKBOX", "☒"],
  ['<w:checkBox><w:default w:val="1"/></w:checkBox>', "FORMCHECKBOX", "☒"],
  ['<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>', "FORMCHECKBOX", "☐"],
  [
    '<w:ddList><w:result w:val="1"/><w:listEntry w:val="France"/><w:listEntry w:val="Germany"/></w:ddList>',
    "FORMDROPDOWN",
    "Germany",
  ],
  [
    '<w:ddList><w:listEntry w:val="France"/><w:listEntry w:val="Germany"/></w:ddList>',
    "FORMDROPDOWN",
    "France",
  ],
  ['<w:textInput><w:default w:val="Ada"/></w:textInput>', "FORMTEXT", "Ada"],
])("the control of a form %s as %s shows %s", async (data, name, shown) => {
  expect(await textOf(paragraph(form(data, ` ${name} `)))).toBe(shown);
});

test("a check box without a sign of its own shows its state", async () => {
  const box = (checked: number) =>
    `<w:sdt><w:sdtPr><x:checkbox xmlns:x="urn:x"><x:checked x:val="${checked}"/></x:checkbox></w:sdtPr><w:sdtContent/></w:sdt>`;
  expect(await textOf(paragraph(box(1).replace("x:val", "val") + box(0)))).toBe("☒☐");
});

const font = (name: string) => `<w:rFonts w:ascii="${name}" w:hAnsi="${name}"/>`;
test.each([
  ["w:sym of Wingdings", '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑"],
  ["w:sym of Symbol", '<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "α"],
  ["w:sym without Word's own area", '<w:r><w:sym w:font="Wingdings 2" w:char="0052"/></w:r>', "☑"],
  ["w:sym of a font of letters", '<w:r><w:sym w:font="Arial" w:char="20AC"/></w:r>', "€"],
  ["w:sym of an unknown font", '<w:r><w:sym w:font="House" w:char="F041"/></w:r>', "\ufffd"],
  ["text in Symbol", run("\uf061 = \uf062", font("Symbol")), "α = β"],
  ["plain text in Wingdings", run("ü", font("Wingdings")), "✓"],
  ["text in Zapf Dingbats", run("4", font("ZapfDingbats")), "✔"],
  ["text in a font of letters", run("\u00fc", font("Arial")), "ü"],
])("signs: %s", async (_, content, text) => {
  expect(await textOf(paragraph(content))).toBe(text);
});

const cell = (text: string, properties = "") => `<w:tc><w:tcPr>${properties}</w:tcPr>${p(text)}</w:tc>`;
const rowsOf = async (table: string) => {
  const { tables } = await read(`<w:tbl>${table}</w:tbl>`);
  return (tables as { rows: { text: string }[][] }[]).map(({ rows }) =>
    rows.map((row) => row.map(({ text }) => text)),
  );
};
test.each([
  [
    "a deleted row",
    `<w:tr>${cell("a")}</w:tr><w:tr><w:trPr><w:del/></w:trPr>${cell("gone")}</w:tr>`,
    [[["a"]]],
  ],
  ["a deleted cell", `<w:tr>${cell("a")}${cell("gone", "<w:cellDel/>")}${cell("b")}</w:tr>`, [[["a", "b"]]]],
  ["a deleted table", `<w:tr><w:trPr><w:del/></w:trPr>${cell("gone")}</w:tr>`, []],
  ["an inserted row", `<w:tr><w:trPr><w:ins/></w:trPr>${cell("new")}</w:tr>`, [[["new"]]]],
  [
    "a tracked merge",
    `<w:tr>${cell("tall", '<w:cellMerge w:vMerge="rest"/>')}</w:tr><w:tr>${cell("", '<w:cellMerge w:vMerge="cont"/>')}</w:tr>`,
    [[["tall"], []]],
  ],
  [
    "a merged cell whose first row is deleted",
    `<w:tr><w:trPr><w:del/></w:trPr>${cell("gone", '<w:vMerge w:val="restart"/>')}</w:tr><w:tr>${cell("left", "<w:vMerge/>")}</w:tr>`,
    [[["left"]]],
  ],
])("tracked changes of tables: %s", async (_, table, rows) => {
  expect(await rowsOf(table)).toEqual(rows);
});

test("Markdown keeps where lists begin, what they count and how they nest", async () => {
  const body =
    p("a", item(1)) +
    p("first", item(1, 1)) +
    p("second", item(1, 1)) +
    p("b", item(1)) +
    p("anew", item(2)) +
    p("again", item(2)) +
    p("point", item(3)) +
    p("between") +
    p("c", item(2));
  expect(await markdownOf(body)).toBe(
    "1.  a\n    -   a) first\n    -   b) second\n2.  b\n\n<!-- -->\n\n1.  anew\n2.  again\n\n-   point\n\nbetween\n\n3.  c",
  );
  expect((await read(body, { format: "html" })).html).toBe(
    '<ol><li>a<ul><li>a) first</li><li>b) second</li></ul></li><li>b</li></ol><ol><li>anew</li><li>again</li></ol><ul><li>point</li></ul><p>between</p><ol start="3"><li>c</li></ol>',
  );
});

test.each([
  [
    "breaks",
    paragraph(`${run("Page one")}<w:r><w:br w:type="page"/></w:r>${run("Page two")}`),
    "Page one  \nPage two",
  ],
  [
    "simple fields",
    paragraph(`${run("Dear ")}<w:fldSimple w:instr=" MERGEFIELD n ">${run("Ada")}</w:fldSimple>${run(",")}`),
    "Dear Ada,",
  ],
  [
    "looks, whole words of them",
    paragraph(
      run("e", "<w:b/>") +
        run("xample ") +
        run("bold ", "<w:b/>") +
        run("both", "<w:b/><w:i/>") +
        run("not", '<w:b w:val="0"/>'),
    ),
    "example **bold** bothnot",
  ],
  [
    "signs of its own as text",
    p("5*3 _x_ snake_case &lt;b&gt; [x](y) `c` &amp;amp;"),
    "5\\*3 \\_x\\_ snake_case \\<b> \\[x\\](y) \\`c\\` \\&amp;",
  ],
  [
    "beginnings of lines as text",
    ["1. no", "# no", "- no", "&gt; no", "+ no", "---"].map((text) => p(text)).join(""),
    "1\\. no\n\n\\# no\n\n\\- no\n\n\\> no\n\n\\+ no\n\n\\---",
  ],
  [
    "merged cells and tables in cells",
    `<w:tbl><w:tr>${cell("wide", '<w:gridSpan w:val="2"/>')}</w:tr><w:tr>${cell("tall", '<w:vMerge w:val="restart"/>')}${cell("a|b")}</w:tr><w:tr>${cell("", "<w:vMerge/>")}<w:tc><w:tbl><w:tr>${cell("in")}${cell("ner")}</w:tr></w:tbl>${p("")}</w:tc></w:tr></w:tbl>`,
    "|  |  |\n| --- | --- |\n| wide |  |\n| tall | a\\|b |\n|  | in ner |",
  ],
])("Markdown keeps %s", async (_, body, markdown) => {
  expect(await markdownOf(body)).toBe(markdown);
});

test("HTML and Markdown link to addresses outside, and to notes", async () => {
  const content = `<w:hyperlink r:id="h">${run("site")}</w:hyperlink> ${field(' HYPERLINK "https://b.example/(x)" ', run("field"))}<w:r><w:footnoteReference w:id="2"/></w:r>`;
  const bytes = docxOf({
    body: paragraph(content) + paragraph(`<w:hyperlink r:id="s">${run("script")}</w:hyperlink>`),
    parts: {
      "word/footnotes.xml": wordPart("footnotes", `<w:footnote w:id="2">${p("one")}${p("two")}</w:footnote>`),
    },
    links: [
      ["h", "hyperlink", "https://a.example/", true],
      ["s", "hyperlink", "javascript:alert(1)", true],
      ["f", "footnotes", "footnotes.xml"],
    ],
  });
  const { html } = await fieldsOf("a.docx", bytes, { format: "html" });
  expect(html).toBe(
    '<p><a href="https://a.example/">site</a><a href="https://b.example/(x)">field</a><sup><a href="#note-1">[1]</a></sup></p><p>script</p><section id="note-1"><p>[1] one</p><p>two</p></section>',
  );
  const { markdown } = await fieldsOf("a.docx", bytes, { format: "markdown" });
  expect(markdown).toBe(
    "[site](https://a.example/)[field](https://b.example/%28x%29)[^1]\n\nscript\n\n[^1]: one\n\n    two",
  );
});

test("fields in each other without end, and blanks without end, are read in a time that grows with their length", async () => {
  const begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>';
  const end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>';
  const nested = paragraph(
    `${begin.repeat(20_000)}${run("x").repeat(20_000)}${end.repeat(20_000)}${run("y")}`,
  );
  expect(await textOf(nested)).toBe("y");
  const blanks = `a${" ".repeat(300_000)}b`;
  expect(await textOf(paragraph(field(` MACROBUTTON No ${blanks} `)))).toBe(blanks);
  expect(await markdownOf(paragraph(run(blanks, "<w:b/>")))).toBe(`**${blanks}**`);
});

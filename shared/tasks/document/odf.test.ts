import { expect, test } from "vitest";
import { epubOf, odfOf } from "./testing/odf.ts";
import { codeOf, fieldsOf } from "./testing.ts";

const p = (content: string) => `<text:p>${content}</text:p>`;

test("a text has headings, lists, notes, links and tables, and no deleted words", async () => {
  const styles =
    '<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" text:display-levels="2"/></text:list-style>';
  const item = (content: string) => `<text:list-item>${content}</text:list-item>`;
  const content = [
    `<text:tracked-changes><text:changed-region><text:deletion>${p("deleted")}</text:deletion></text:changed-region></text:tracked-changes>`,
    '<text:h text:outline-level="2">Head</text:h>',
    p(
      'a <text:s text:c="2"/>b<text:tab/>c<text:line-break/>d <text:change/>\n  <text:a xlink:href="https://example.org/">link</text:a>',
    ),
    p(
      'Noted<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>Below</text:p></text:note-body></text:note>',
    ),
    p("<office:annotation><dc:creator>Ann</dc:creator><text:p>Why?</text:p></office:annotation>said"),
    `<text:list text:style-name="N">${item(p("one"))}${item(`${p("two")}<text:list>${item(p("deep"))}</text:list>`)}</text:list>`,
    `<text:list>${item(p("bullet"))}</text:list>`,
    `<table:table><table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned="2">${p("H")}</table:table-cell><table:covered-table-cell/></table:table-row></table:table-header-rows><table:table-row><table:table-cell>${p("x")}</table:table-cell><table:table-cell>${p("y")}</table:table-cell></table:table-row></table:table>`,
    p(
      `<draw:frame><draw:text-box>${p("boxed")}</draw:text-box></draw:frame><draw:frame><draw:image/><svg:desc>A boat</svg:desc></draw:frame><draw:frame><draw:object/></draw:frame>`,
    ),
  ].join("");
  expect(await fieldsOf("a.odt", odfOf("text", content, { styles }))).toMatchObject({
    document_type: "ODT",
    media_type: "application/vnd.oasis.opendocument.text",
    metadata: { title: "T", author: "Ann" },
    text_content:
      "Head\na   b\tc\nd link\nNoted[1]\nsaid\n1. one\n2. two\n2.a) deep\n• bullet\nH\nx\ty\n[A boat]\nboxed\n[1] Below",
    tables: [
      {
        head_rows: 1,
        rows: [
          ["H", ""],
          ["x", "y"],
        ],
        merged: [{ row: 1, column: 1, column_span: 2, row_span: 1 }],
      },
    ],
    links: [{ text: "link", target: "https://example.org/" }],
    notes: [
      { kind: "footnote", place: "1", text: "Below" },
      { kind: "comment", author: "Ann", text: "Why?" },
    ],
    left_out: [{ kind: "embedded object", count: 1 }],
  });
});

const cell = (text: string, attributes = "") =>
  `<table:table-cell ${attributes}>${text === "" ? "" : p(text)}</table:table-cell>`;
const row = (cells: string, attributes = "") => `<table:table-row ${attributes}>${cells}</table:table-row>`;

test("sheets have values as shown; repeated rows and cells are written out, empty ones are not", async () => {
  const styles = '<style:style style:name="H"><style:table-properties table:display="false"/></style:style>';
  const first = [
    row(
      cell("1,5 €") +
        cell("", 'table:number-columns-repeated="2"') +
        cell("x", 'table:number-columns-repeated="2"') +
        cell("", 'table:number-columns-repeated="16000"'),
    ),
    row(cell("", 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="1000"'),
    row(
      `${cell("same", 'table:number-columns-spanned="2"')}<table:covered-table-cell/>${cell("z")}`,
      'table:number-rows-repeated="3"',
    ),
    row(
      "<table:table-cell><office:annotation><dc:creator>Ann</dc:creator><text:p>Check</text:p></office:annotation><text:p>a<text:s/>b</text:p><text:p>c</text:p></table:table-cell>",
      'table:visibility="collapse"',
    ),
    row(cell("", 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="1047571"'),
  ].join("");
  const content = `<table:table table:name="One">${first}</table:table><table:table table:name="Two" table:style-name="H">${row(cell("2"))}</table:table>`;
  expect(await fieldsOf("a.ods", odfOf("spreadsheet", content, { styles }))).toMatchObject({
    document_type: "ODS",
    text_content: "One\n1,5 €\t\t\tx\tx\nsame\t\tz\nsame\t\tz\nsame\t\tz\na b\nc\n\nTwo\n2",
    sections: [
      { title: "One", hidden: false },
      { title: "Two", hidden: true },
    ],
    tables: [
      {
        name: "One",
        row_numbers: [1, 1002, 1003, 1004, 1005],
        merged: [{ row: 1002, column: 1, row_span: 1, column_span: 2 }],
        hidden_rows: [1005],
      },
      { name: "Two", rows: [["2"]] },
    ],
    notes: [{ kind: "comment", section: 1, place: "A1005", author: "Ann", text: "Check" }],
  });
});

test("a sheet whose rows and cells repeat without end is counted, not written out", async () => {
  const bomb = row(
    cell("boom", 'table:number-columns-repeated="16384"'),
    'table:number-rows-repeated="1048576"',
  ).repeat(50);
  const { tables, left_out } = await fieldsOf(
    "a.ods",
    odfOf("spreadsheet", `<table:table table:name="S">${bomb}</table:table>`),
    { max_characters: 100_000 },
  );
  expect(tables).toMatchObject([{ row_count: 1_048_576 }]);
  expect(left_out).toMatchObject([{ kind: "row of a table" }]);
}, 30_000);

test("slides have titles, notes and whether they are shown, but no numbers and dates of the design", async () => {
  const styles =
    '<style:style style:name="H"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>';
  const frame = (text: string, attributes = "") =>
    `<draw:frame ${attributes}><draw:text-box>${p(text)}</draw:text-box></draw:frame>`;
  const design = ["page-number", "date-time", "header", "footer"]
    .map((kind) => frame("&lt;number&gt;", `presentation:class="${kind}"`))
    .join("");
  const content = `<draw:page draw:style-name="H">${frame("Body")}<draw:g>${frame("Grouped")}</draw:g>${design}${frame("Title", 'presentation:class="title"')}<presentation:notes>${frame("Say")}${design}</presentation:notes></draw:page>`;
  expect(await fieldsOf("a.odp", odfOf("presentation", content, { styles }))).toMatchObject({
    document_type: "ODP",
    text_content: "Title\nBody\nGrouped\nSay",
    sections: [{ kind: "slide", title: "Title", hidden: true }],
    notes: [{ kind: "note", section: 1, text: "Say" }],
  });
});

test("a book is read in the order of its spine", async () => {
  const bytes = epubOf([
    "<h1>Second</h1><p>two<script>no()</script></p>",
    '<h2>First</h2><p>one <a href="https://example.org/">x</a><a href="c.xhtml">y</a></p>',
  ]);
  expect(await fieldsOf("a.epub", bytes, { format: "markdown" })).toMatchObject({
    document_type: "EPUB",
    metadata: { title: "Book", author: "Ann; Bob", language: "en" },
    text_content: "First\none xy\n\nSecond\ntwo",
    sections: [
      { kind: "chapter", title: "First" },
      { kind: "chapter", title: "Second" },
    ],
    links: [{ text: "x", target: "https://example.org/" }],
  });
});

const ENCRYPTED = {
  "META-INF/encryption.xml": '<encryption><CipherReference URI="OEBPS/text/c%200.xhtml"/></encryption>',
};

test.each([
  ["a book with protected chapters", "a.epub", epubOf(["<p>x</p>"], ENCRYPTED), "unsupported_format"],
  ["a book with a missing chapter", "a.epub", epubOf(["<p>x</p>"], { "OEBPS/text/c 0.xhtml": "" }), "ok"],
  [
    "an encrypted text",
    "a.odt",
    odfOf("text", "", {
      parts: { "META-INF/manifest.xml": "<manifest><file-entry><encryption-data/></file-entry></manifest>" },
    }),
    "password_required",
  ],
  ["a text without end of nesting", "a.odt", odfOf("text", "<text:section>".repeat(5_000)), "too_large"],
  ["a spreadsheet that is no XML", "a.ods", odfOf("spreadsheet", "<table:table>"), "corrupt_file"],
  [
    "elements with the names of functions",
    "a.ods",
    odfOf("spreadsheet", "<hasOwnProperty/><constructor/>"),
    "ok",
  ],
  [
    "a text of such elements",
    "a.odt",
    odfOf("text", "<text:p><hasOwnProperty/>x<constructor/></text:p>"),
    "ok",
  ],
  ["a book under another name", "a.odt", epubOf(["x"]), "misnamed"],
])("%s ends as it should", async (_, name, bytes, code) => {
  expect(await codeOf(name, bytes)).toBe(code);
});

test("names that every object has are no names of fields, looks or extensions", async () => {
  expect(await codeOf("a.constructor", Buffer.from("text"))).toBe("ok");
  expect(
    await codeOf(
      "a.html",
      Buffer.from(
        "<html><meta name=constructor content=x><constructor>a</constructor><ol type=toString><li>b",
      ),
    ),
  ).toBe("ok");
});

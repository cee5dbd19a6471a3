import { expect, test } from "vitest";
import { codeOf, fieldsOf } from "./testing.ts";

const read = async (rtf: string, options: object = {}) =>
  await fieldsOf("a.rtf", Buffer.from(rtf, "latin1"), options);

test("text, looks, metadata, links, notes and pictures of an RTF document", async () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil Arial;}}{\colortbl;\red0;}{\stylesheet{\s1 Heading;}}
{\info{\title T\'fcr}{\author Ann}{\creatim\yr2024}}{\*\generator Prog;}
{\header no}\pard\outlinelevel0 Head\par\pard
One {\b bold}\tab two\line next \emdash\~x\-y {\v hidden}{\deleted gone}\par
{\field{\*\fldinst{HYPERLINK "https://example.org/"}}{\fldrslt{\ul link}}} after{\footnote Note text}.\par
{\pict\pngblip 89504e47}{\*\unknown no}{\*\atnauthor Bob}{\*\annotation Why?}\par
{\object\objemb{\*\objdata 00}{\result shown}}}`;
  expect(await read(rtf, { format: "markdown" })).toMatchObject({
    document_type: "RTF",
    media_type: "application/rtf",
    metadata: { title: "Tür", author: "Ann" },
    text_content: "Head\nOne bold\ttwo\nnext —\u00a0xy\nlink after[1].\nshown\n[1] Note text",
    links: [{ text: "link", target: "https://example.org/" }],
    notes: [
      { kind: "footnote", place: "1", text: "Note text" },
      { kind: "comment", author: "Bob", text: "Why?" },
    ],
    left_out: [{ kind: "embedded object", count: 1 }],
    markdown:
      "# Head\n\nOne **bold**\ttwo  \nnext —\u00a0xy\n\n[link](https://example.org/) after[^1].\n\nshown\n\n\\[1\\] Note text",
  });
});

test.each([
  ["a code page", String.raw`{\rtf1\ansi\ansicpg1251 \'cf\'f0}`, "Пр"],
  [
    "the character set of a font",
    String.raw`{\rtf1\ansi{\fonttbl{\f0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}\f1 \'cf\f0 \'fc{\f2 \'93\'8c}\'fc}`,
    "Пü東ü",
  ],
  [
    "Unicode with a stand-in",
    String.raw`{\rtf1\ansi\u8364?\u-10179?\u-8704? {\uc0\u228}{\uc2\u246 xy}\u252\'fc}`,
    "€😀 äöü",
  ],
  ["escaped signs", String.raw`{\rtf1 \{a\}\\}`, "{a}\\"],
  ["binary data", `{\\rtf1 a{\\pict\\bin5 {}\\{}}b}`, "ab"],
  ["a mark before it", `\xef\xbb\xbf{\\rtf1 a}`, "a"],
])("%s is read", async (_, rtf, text) => {
  expect((await read(rtf)).text_content).toBe(text);
});

test("rows are tables, and merged cells are told", async () => {
  const rtf = String.raw`{\rtf1 Before\par\trowd\clmgf\cellx100\clmrg\cellx200\cellx300\pard\intbl wide\cell\cell c\cell\row
\trowd\cellx100\cellx200\cellx300\pard\intbl a\par second\cell b\cell c\cell\row\pard After\par}`;
  expect(await read(rtf, { format: "html" })).toMatchObject({
    text_content: "Before\nwide\tc\na\nsecond\tb\tc\nAfter",
    tables: [
      {
        rows: [
          ["wide", "", "c"],
          ["a\nsecond", "b", "c"],
        ],
        merged: [{ row: 1, column: 1, row_span: 1, column_span: 2 }],
      },
    ],
  });
});

const MANY = 300_000;

test.each([
  ["groups without end", "{".repeat(MANY), "too_large"],
  ["ends of groups", "}".repeat(MANY), "ok"],
  ["backslashes", "\\".repeat(MANY), "ok"],
  ["a length of binary data beyond its end", "\\bin2000000000 x", "ok"],
  ["cells", "\\intbl a\\cell ".repeat(MANY), "ok"],
  ["a long word", `\\${"a".repeat(MANY)}`, "ok"],
  ["notes in notes", "{\\footnote a".repeat(2_000), "ok"],
])(
  "a document of %s ends soon",
  async (_, content, code) => {
    expect(await codeOf("a.rtf", Buffer.from(`{\\rtf1 ${content}`))).toBe(code);
  },
  30_000,
);

test("a text named .rtf is misnamed", async () => {
  expect(await codeOf("a.rtf", Buffer.from("text"))).toBe("misnamed");
});

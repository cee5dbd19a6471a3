import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DocSpec, docOf, placeList } from "./testing/doc.ts";
import { compoundOf, type MsgSpec, msgOf } from "./testing/msg.ts";
import { tarOf } from "./testing/tar.ts";
import { codeOf, fieldsOf, outcomeOf, zipOf } from "./testing.ts";

const FIXTURES = join(import.meta.dirname, "../../../tests/fixtures/document");
const fixture = (name: string) => readFile(join(FIXTURES, name));
const read = (spec: DocSpec, options: object = {}) => fieldsOf("a.doc", docOf(spec), options);
const textOf = async (main: string, spec: Partial<DocSpec> = {}) =>
  (await read({ stories: { main }, ...spec })).text_content;

const CELL = "162401";
const ROW_END = "162401172401";
const note = Buffer.from([1, 0]);

test("text stands in characters of one byte or of two", async () => {
  expect(await textOf("Fran\xe7ois \x93quoted\x94\r", { width: 1 })).toBe("François “quoted”");
  expect(await textOf("文字 שלום\r")).toBe("文字 שלום");
});

test("the result of a field is shown, and a link has its address", async () => {
  const main = '\x13 HYPERLINK "https://example.org/a" \x14our page\x15 of \x13 DATE \x14May\x15\r';
  const result = await read({ stories: { main } }, { format: "markdown" });
  expect(result).toMatchObject({
    document_type: "DOC",
    media_type: "application/msword",
    text_content: "our page of May",
    links: [{ text: "our page", target: "https://example.org/a" }],
    markdown: "[our page](https://example.org/a) of May",
  });
});

test("a field of a form shows its choice", async () => {
  const data = Buffer.alloc(68 + 16);
  data.writeUInt32LE(data.length, 0);
  data.writeUInt16LE(68, 4);
  data.writeUInt16LE(1 | (1 << 2), 72);
  const streams = { Data: data };
  const main = "\x13 FORMCHECKBOX \x01\x15 yes\r";
  const at = main.indexOf("\x01");
  expect(await textOf(main, { streams, characters: [[at, at + 1, "036a00000000"]] })).toBe("☒ yes");
});

test("headings, bold words, hidden and deleted text come from properties", async () => {
  const main = "Title\rone two three four\rlast\r";
  const at = (word: string): [number, number] => [main.indexOf(word), main.indexOf(word) + word.length];
  const result = await read(
    {
      stories: { main },
      characters: [
        [...at("one"), "350801"],
        [...at("two "), "3c0801"],
        [...at("three "), "000801"],
      ],
      paragraphs: { 0: [0, "402600"] },
    },
    { format: "markdown" },
  );
  expect(result).toMatchObject({
    text_content: "Title\none four\nlast",
    markdown: "# Title\n\n**one** four\n\nlast",
  });
});

test("a paragraph whose mark is deleted goes on in the next one", async () => {
  expect(await textOf("one\r two\r", { characters: [[3, 4, "000801"]] })).toBe("one two");
});

test("cells are told by their marks, and merged ones by the edges of their columns", async () => {
  const main = "a\x07b\x07\x07wide\x07\x07after\r";
  const two = `162401${"172401"}08d6${"2f00"}02${"0000"}${"e803"}${"d007"}${"00".repeat(40)}`;
  const one = `162401${"172401"}08d6${"1900"}01${"0000"}${"d007"}${"00".repeat(20)}`;
  const result = await read({
    stories: { main },
    paragraphs: { 0: [0, CELL], 1: [0, CELL], 2: [0, two], 3: [0, CELL], 4: [0, one] },
  });
  expect(result).toMatchObject({
    text_content: "a\tb\nwide\nafter",
    table_count: 1,
    tables: [
      {
        rows: [
          ["a", "b"],
          ["wide", ""],
        ],
        merged: [{ row: 2, column: 1, column_span: 2 }],
      },
    ],
  });
});

test("a table in a cell of another belongs to that cell", async () => {
  const main = "in\rx\rout\x07\x07";
  const inner = (more: string) => `16240149660200000${"0"}${more}`;
  const result = await read({
    stories: { main },
    paragraphs: { 0: [0, inner("4b2401")], 1: [0, inner("4c2401")], 2: [0, CELL], 3: [0, ROW_END] },
  });
  expect(result).toMatchObject({ table_count: 2, tables: [{ row_count: 1 }, { rows: [["in"]] }] });
});

test("notes, comments, headers and text boxes are read", async () => {
  const main = "Body\x02 and\x02 so\x05\r\x08\r";
  const result = await read({
    stories: {
      main,
      footnotes: "\x02 below\r\r",
      headers: "\rTop\rBottom\r\r",
      comments: "\x05 why\r\r",
      endnotes: "\x02 at the end\r\r",
      boxes: "in a box\r\r",
    },
    parts: {
      2: placeList([4, 16], [note]),
      3: placeList([0, 8, 9]),
      4: placeList([12, 16], [Buffer.alloc(30)]),
      5: placeList([0, 6, 7]),
      11: placeList([0, 0, 0, 0, 0, 0, 1, 1, 5, 5, 12, 12, 12, 3]),
      36: Buffer.from("\x03\0A\0n\0n\0", "latin1"),
      40: placeList([14, 16], [Buffer.concat([Buffer.from([7, 4, 0, 0]), Buffer.alloc(22)])]),
      46: placeList([9, 16], [note]),
      47: placeList([0, 13, 14]),
      56: placeList([0, 9, 10], [Buffer.alloc(14), Buffer.from([7, 4, 0, 0]), Buffer.alloc(26)]),
    },
  });
  expect(result.text_content).toBe("Body[1] and[e1] so\nin a box\n[1] below\n[e1] at the end");
  expect(result).toMatchObject({
    notes: [
      { kind: "footnote", place: "1", text: "below" },
      { kind: "endnote", place: "e1", text: "at the end" },
      { kind: "comment", author: "Ann", text: "why" },
    ],
    headers: [{ type: "default", section: 1, text: "Top" }],
    footers: [{ type: "default", section: 1, text: "Bottom" }],
  });
});

test("a text box of a header belongs to it", async () => {
  const result = await read({
    stories: { main: "Body\r", headers: "Top\x08\r\r", headerBoxes: "logo\r\r" },
    parts: {
      11: placeList([0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5]),
      41: placeList([3, 5], [Buffer.concat([Buffer.from([9, 0, 0, 0]), Buffer.alloc(22)])]),
      58: placeList([0, 5, 6], [Buffer.alloc(14), Buffer.from([9, 0, 0, 0]), Buffer.alloc(26)]),
    },
  });
  expect(result).toMatchObject({ text_content: "Body", headers: [{ text: "Top\nlogo" }] });
});

test("lists count their items", async () => {
  const level = Buffer.alloc(28);
  level.writeInt32LE(1, 0);
  level[4] = 4;
  const definition = Buffer.alloc(30);
  definition.writeUInt16LE(1, 0);
  definition.writeInt32LE(77, 2);
  definition[28] = 1;
  const label = Buffer.from("\x02\0\0\0)\0", "latin1");
  const list = Buffer.alloc(24);
  list.writeUInt32LE(1, 0);
  list.writeInt32LE(77, 4);
  const item: [number, string] = [0, "0b460100"];
  const parts = { 73: Buffer.concat([definition, level, label]), 74: list };
  expect(await textOf("one\rtwo\r", { parts, paragraphs: { 0: item, 1: item } })).toBe("a) one\nb) two");
});

test("what Word says of itself comes from its properties", async () => {
  expect(await fieldsOf("a.doc", await fixture("word97.doc"))).toMatchObject({
    text_content: "Check Request",
    metadata: { creator: "Microsoft Office Word", created: expect.stringMatching(/^2008-07-01T/) },
  });
});

test.each([
  ["of Word 95", { stories: { main: "x\r" }, ident: 0xa5dc }, "unsupported_format"],
  ["of an early Word", { stories: { main: "x\r" }, version: 104 }, "unsupported_format"],
  ["that is encrypted", { stories: { main: "x\r" }, flags: 0x100 }, "password_required"],
  ["that is obfuscated", { stories: { main: "x\r" }, flags: 0x8100 }, "unsupported_format"],
  ["of another program", { stories: { main: "x\r" }, ident: 1 }, "corrupt_file"],
  ["without a list of pieces", { stories: { main: "x\r" }, parts: { 33: Buffer.alloc(0) } }, "corrupt_file"],
])("a document %s is refused by name", async (_, spec: DocSpec, code) => {
  expect(await codeOf("a.doc", docOf(spec))).toBe(code);
});

test("notes whose places go back are empty", async () => {
  const stories = { main: "x\x02y\x02\r", footnotes: "abc\rdef\r" };
  const parts = { 2: placeList([1, 3, 5], [note, note]), 3: placeList([4, 1, 8]) };
  const { notes } = await read({ stories, parts });
  expect(notes).toMatchObject([{ text: "" }, { text: "def" }]);
});

test("a piece beyond the file, and one without an end, are damage", async () => {
  const pieces = (to: number, place: number) => {
    const list = Buffer.alloc(21);
    list[0] = 2;
    list.writeUInt32LE(16, 1);
    list.writeUInt32LE(to, 9);
    list.writeUInt32LE(place, 15);
    return { stories: { main: "x\r" }, parts: { 33: list } };
  };
  expect(await codeOf("a.doc", docOf(pieces(2, 1_000_000)))).toBe("corrupt_file");
  expect(await codeOf("a.doc", docOf(pieces(0xffffffff, 1024)))).toBe("too_large");
  expect(await codeOf("a.doc", docOf(pieces(1, 1024)))).toBe("corrupt_file");
});

test("a name that claims another format is refused, unless any name will do", async () => {
  const bytes = docOf({ stories: { main: "x\r" } });
  expect(await codeOf("a.docx", bytes)).toBe("misnamed");
  expect(await codeOf("a.docx", bytes, { any_name: true })).toBe("ok");
});

test("an old workbook is named, with what to do", async () => {
  const outcome = await outcomeOf("a.xls", compoundOf({ Workbook: Buffer.alloc(9) }));
  expect(outcome).toMatchObject({ code: "unsupported_format", error: expect.stringContaining("(.xls)") });
});

test("files cut anywhere, and with any byte changed, end soon", async () => {
  const whole = await fixture("word97.doc");
  const codes = new Set<string>();
  for (let at = 0; at < 120; at += 1) {
    const bytes = Buffer.from(at % 2 === 0 ? whole.subarray(0, (whole.length * at) / 120) : whole);
    for (let change = 0; change < 8 && bytes.length > 0; change += 1)
      bytes[(at * 7919 + change * 104_729) % bytes.length] = (at * 31 + change * 17) & 0xff;
    codes.add(await codeOf("a.doc", bytes));
  }
  expect(
    [...codes].filter(
      (code) =>
        !/^(?:ok|corrupt_file|unsupported_format|too_large|password_required|empty_file|wrong_type|misnamed)$/.test(
          code,
        ),
    ),
  ).toEqual([]);
});

test("documents and messages inside of an archive are read", async () => {
  const mail: MsgSpec = { texts: { "0037": "Subject", "1000": "Body of the message" } };
  const files = { "a.doc": docOf({ stories: { main: "Text of Word\r" } }), "b.msg": msgOf(mail) };
  for (const [name, archive] of [
    ["a.zip", zipOf(files)],
    ["a.tar", tarOf(Object.entries(files).map(([of, content]) => ({ name: of, content })))],
  ] as const) {
    const result = await fieldsOf(name, archive, { archives: "read" });
    expect(result.text_content).toContain("Text of Word");
    expect(result.text_content).toContain("Body of the message");
    expect(result.attachments).not.toContainEqual(expect.objectContaining({ error: expect.anything() }));
  }
});

import { expect, test } from "vitest";
import { separatorOf } from "./separated/separator.ts";
import { codeOf, fieldsOf, outcomeOf } from "./testing.ts";

/** Rows of the only table of a file. */
async function rowsOf(name: string, content: string | Buffer, options: object = {}): Promise<unknown> {
  const { tables } = await fieldsOf(name, Buffer.from(content), options);
  return Array.isArray(tables) ? (tables[0] as { rows: unknown }).rows : undefined;
}

test("separated values are a table, and text with tabs", async () => {
  const content = '\ufeffname,note\n"Doe, J.","two\nlines and ""quotes"""\n\nlast,\n';
  expect(await fieldsOf("a.csv", Buffer.from(content), { format: "markdown" })).toMatchObject({
    document_type: "CSV",
    media_type: "text/csv",
    encoding: "utf-8",
    text_content: 'name\tnote\nDoe, J.\ttwo\nlines and "quotes"\nlast',
    word_count: 9,
    table_count: 1,
    tables: [{ row_count: 3, column_count: 2, row_numbers: [1, 2, 4] }],
    markdown: '| name | note |\n| --- | --- |\n| Doe, J. | two<br>lines and "quotes" |\n| last |',
    left_out: [],
    truncated: false,
  });
});

test.each([
  [",", "a,b\n1,2\n"],
  [";", "a;b\n1,5;2,5\n3,5;4,5\n"],
  ["\t", "a\tb\nx, y\tz, w\n"],
  ["|", "a|b|c\n1|2|3\n"],
  [",", "one word"],
  [";", '"a;b";"c,d"\n"e";"f"\n'],
])("the separator %j is told by the records of %j", (separator, text) => {
  expect(separatorOf(text)).toBe(separator);
});

test("Excel's line that names the separator is no record", async () => {
  expect(await rowsOf("a.csv", "sep=;\r\na;b,c\r\n")).toEqual([["a", "b,c"]]);
});

test("a table in an old encoding is decoded", async () => {
  const text = Buffer.from("Straße;Größe\nHauptstraße;fünf Meter\nGartenweg;zwölf Meter\n", "latin1");
  expect(await rowsOf("a.csv", text)).toEqual([
    ["Straße", "Größe"],
    ["Hauptstraße", "fünf Meter"],
    ["Gartenweg", "zwölf Meter"],
  ]);
});

test("a quote without an end is a character", async () => {
  expect(await rowsOf("a.csv", '5" pipe,x\n"6,y\nz,w\n')).toEqual([
    ['5" pipe', "x"],
    ['"6', "y"],
    ["z", "w"],
  ]);
});

test("rows beyond a limit are counted, and the result says that they are missing", async () => {
  const lines = Array.from({ length: 600_000 }, (_, at) => String(at % 10));
  const outcome = await outcomeOf("a.tsv", Buffer.from(lines.join("\n")), {});
  expect(outcome).toMatchObject({ ok: true, warnings: [{ code: "rows_left_out" }] });
  const cut = await fieldsOf("a.tsv", Buffer.from(lines.slice(0, 1000).join("\n")), { max_characters: 100 });
  expect(cut).toMatchObject({
    truncated: true,
    word_count: 1000,
    left_out: [{ kind: "row of a table", count: 950 }],
    tables: [{ row_count: 1000 }],
  });
});

test("quotes without an end over a long text are read in time that grows with its length", async () => {
  expect(await codeOf("a.csv", Buffer.from('"a""\n'.repeat(200_000)))).toBe("ok");
});

test.each([
  ["a.json", '{"a": [1, "`b`"]}\n', "application/json", '```json\n{"a": [1, "`b`"]}\n```\n'],
  ["lines.ndjson", '{"a":1}\n{"a":2}\n', "application/json", '```json\n{"a":1}\n{"a":2}\n```\n'],
  ["a.txt", '{"broken": \n', "text/plain", '{"broken": \n'],
  [
    "a.xml",
    '<?xml version="1.0"?>\n<a>b</a>',
    "application/xml",
    '```xml\n<?xml version="1.0"?>\n<a>b</a>\n```\n',
  ],
])("%s with %j is text of the type %s", async (name, content, media_type, markdown) => {
  expect(await fieldsOf(name, Buffer.from(content), { format: "markdown" })).toMatchObject({
    document_type: "Generic Text",
    media_type,
    text_content: content,
    markdown,
  });
});

test("the declared encoding of an XML file counts, and its entities stay as they stand", async () => {
  const xml =
    '<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>\xcf\xf0&b;</a>';
  const { text_content, encoding } = await fieldsOf("a.xml", Buffer.from(xml, "latin1"));
  expect(encoding).toBe("windows-1251");
  expect(text_content).toContain("<a>Пр&b;</a>");
});

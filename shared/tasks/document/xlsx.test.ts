import { expect, test } from "vitest";
import { z } from "zod";
import { type SheetSpec, xlsxOf } from "./testing/xlsx.ts";
import { codeOf, fieldsOf, outcomeOf, zipOf } from "./testing.ts";

const read = async (
  sheets: readonly SheetSpec[],
  more: Parameters<typeof xlsxOf>[1] = {},
  options: object = {},
) => await fieldsOf("a.xlsx", xlsxOf(sheets, more), options);

const TABLES = z.array(z.object({ row_count: z.number(), rows: z.array(z.array(z.string())) }));

async function rowsOf(rows: string, more: Parameters<typeof xlsxOf>[1] = {}): Promise<unknown> {
  const { tables } = await read([{ name: "S", rows }], more);
  return TABLES.parse(tables)[0]?.rows;
}

test("sheets are sections with tables, in the order of the workbook", async () => {
  const fields = await read(
    [
      {
        name: "Second",
        part: "sheet2",
        rows: '<row r="2"><c r="B2" t="inlineStr"><is><t>here</t></is></c></row>',
      },
      { name: "First", part: "sheet1", rows: '<row r="1"><c r="A1"><v>1</v></c></row>', state: "veryHidden" },
    ],
    {},
    { format: "markdown" },
  );
  expect(fields).toMatchObject({
    document_type: "XLSX",
    media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    text_content: "Second\n\there\n\nFirst\n1",
    word_count: 4,
    character_count: 21,
    section_count: 2,
    sections: [
      { number: 1, kind: "sheet", title: "Second", hidden: false, text: "Second\n\there" },
      { number: 2, kind: "sheet", title: "First", hidden: true, text: "First\n1" },
    ],
    tables: [
      { section: 1, name: "Second", rows: [["", "here"]], row_numbers: [2], row_count: 1, column_count: 2 },
      { section: 2, name: "First", rows: [["1"]] },
    ],
    markdown: "## Second\n\n|  | here |\n| --- | --- |\n\n## First\n\n| 1 |\n| --- |",
    left_out: [],
  });
});

test("values are shown as their formats say", async () => {
  const styles = `<numFmts><numFmt numFmtId="164" formatCode="d\\.m\\.yyyy"/><numFmt numFmtId="165" formatCode="#,##0.00&quot; €&quot;"/></numFmts>
    <cellXfs>${[0, 164, 165, 10, 14, 46].map((id) => `<xf numFmtId="${id}"/>`).join("")}</cellXfs>`;
  const cells = [
    '<c r="A1"><v>0.1</v></c>',
    '<c r="B1" s="1"><v>45292</v></c>',
    '<c r="C1" s="2"><v>1234.5</v></c>',
    '<c r="D1" s="3"><v>0.5</v></c>',
    '<c r="E1" s="4"><v>45292</v></c>',
    '<c r="F1" s="5"><v>1.5</v></c>',
    '<c r="G1" t="b"><v>1</v></c>',
    '<c r="H1" t="e"><v>#DIV/0!</v></c>',
    '<c r="I1" t="str"><f>A1&amp;"x"</f><v>0.1x</v></c>',
    '<c r="J1" s="1" t="d"><v>2024-01-01T00:00:00</v></c>',
    '<c r="K1" s="1" t="s"><v>0</v></c>',
    '<c r="L1" s="99"><v>7</v></c>',
  ];
  const rows = `<row r="1">${cells.join("")}</row>`;
  const shown = [
    "0.1",
    "1.1.2024",
    "1,234.50 €",
    "50.00%",
    "2024-01-01",
    "36:00:00",
    "TRUE",
    "#DIV/0!",
    "0.1x",
  ];
  expect(await rowsOf(rows, { styles, strings: "<si><t>19/19/2000</t></si>" })).toEqual([
    [...shown, "1.1.2024", "19/19/2000", "7"],
  ]);
  expect(
    await rowsOf('<row><c s="1"><v>0</v></c></row>', { styles, workbook: '<workbookPr date1904="1"/>' }),
  ).toEqual([["1.1.1904"]]);
});

test("shared texts have runs, no readings, and characters that XML does not allow", async () => {
  const strings =
    '<si><r><t>rich </t></r><r><rPr><b/></rPr><t xml:space="preserve">text </t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t>a_x000D_\nb_x005F_x</t></si>';
  const cells = [0, 1, 2, 77].map((index) => `<c t="s"><v>${index}</v></c>`).join("");
  expect(await rowsOf(`<row>${cells}</row>`, { strings })).toEqual([["rich text ", "東京", "a\nb_x"]]);
});

test("cells and rows without a place follow those before them, and places outside of a sheet are none", async () => {
  const rows =
    '<row><c><v>1</v></c><c r="D1"><v>4</v></c><c><v>5</v></c></row><row r="99999999"><c r="ZZZZZ1"><v>6</v></c></row>';
  const { tables } = await read([{ name: "S", rows }]);
  expect(tables).toMatchObject([{ rows: [["1", "", "", "4", "5"], ["6"]], row_numbers: [1, 2] }]);
});

test("merged cells, hidden rows and columns, links and comments are told", async () => {
  const rows =
    '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c></row><row r="3" hidden="1"><c r="A3"><v>3</v></c></row>';
  const fields = await read(
    [
      {
        name: "S",
        before: '<cols><col min="2" max="16384" hidden="1"/></cols>',
        rows,
        after:
          '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="C9"/><mergeCell ref="nonsense"/></mergeCells><hyperlinks><hyperlink ref="A1" r:id="h1"/><hyperlink ref="C1" location="Other!A1"/></hyperlinks>',
        links: [
          ["h1", "hyperlink", "https://example.org/a", true],
          ["c1", "comments", "../comments1.xml"],
        ],
      },
    ],
    {
      parts: {
        "xl/comments1.xml":
          "<comments><authors><author>Ann</author></authors><commentList><comment ref='A3' authorId='0'><text><r><t>Check </t></r><r><t>this</t></r></text></comment></commentList></comments>",
      },
    },
  );
  expect(fields).toMatchObject({
    tables: [
      {
        merged: [{ row: 1, column: 1, row_span: 2, column_span: 2 }],
        hidden_rows: [3],
        hidden_columns: [2, 3],
        row_numbers: [1, 3],
      },
    ],
    links: [
      { text: "A1", target: "https://example.org/a" },
      { text: "C1", target: "#Other!A1" },
    ],
    notes: [{ kind: "comment", section: 1, place: "A3", author: "Ann", text: "Check this" }],
  });
});

test("formulas without a stored value are counted", async () => {
  const outcome = await outcomeOf("a.xlsx", xlsxOf([{ name: "S", rows: "<row><c><f>1+1</f></c></row>" }]));
  expect(outcome).toMatchObject({ ok: true, warnings: [{ code: "content_left_out" }] });
  const { left_out } = await read([{ name: "S", rows: "<row><c><f>1+1</f></c></row>" }]);
  expect(left_out).toEqual([{ kind: "formula without a stored value", count: 1 }]);
});

test("names with a prefix and strict namespaces are read", async () => {
  const sheet =
    '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>';
  const bytes = xlsxOf([{ name: "S", rows: "" }], { parts: { "xl/worksheets/sheet1.xml": sheet } });
  expect((await fieldsOf("a.xlsx", bytes)).text_content).toBe("S\n5");
});

test("a sheet of 1,048,576 rows is read within the limits, and what is missing is counted", async () => {
  const row = (n: number) =>
    `<row r="${n}"><c r="A${n}"><v>${n}</v></c><c r="B${n}" t="str"><v>x${n % 97}</v></c></row>`;
  const rows = Array.from({ length: 1_048_576 }, (_, at) => row(at + 1)).join("");
  const fields = await read([{ name: "S", rows }], {}, { max_characters: 1_000_000 });
  expect(fields).toMatchObject({ truncated: true, word_count: 2 * 1_048_576 + 1 });
  const [table] = TABLES.parse(fields.tables);
  expect(table?.row_count).toBe(1_048_576);
  expect(fields.left_out).toEqual([{ kind: "row of a table", count: 1_048_576 - (table?.rows.length ?? 0) }]);
}, 60_000);

test("rows with one cell in the last column stay within the limit of cells", async () => {
  const rows = Array.from({ length: 2_000 }, (_, at) => `<row><c r="XFD${at + 1}"><v>1</v></c></row>`).join(
    "",
  );
  const { left_out } = await read([{ name: "S", rows }]);
  expect(left_out).toEqual([{ kind: "row of a table", count: 2_000 - Math.floor(500_000 / 16_384) }]);
});

const laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>';
const bomb = `<worksheet><sheetData>${" ".repeat(90 * 2 ** 20)}</sheetData></worksheet>`;

test.each([
  ["that is cut off", xlsxOf([{ name: "S", rows: "<row/>" }]).subarray(0, 900), "corrupt_file"],
  ["whose sheet is no XML", xlsxOf([{ name: "S", rows: "<row>" }]), "corrupt_file"],
  [
    "whose sheet is a bomb",
    xlsxOf([{ name: "S", rows: "" }], { parts: { "xl/worksheets/sheet1.xml": bomb } }),
    "too_large",
  ],
  [
    "in Excel's binary format",
    zipOf({
      "[Content_Types].xml": "<Types>ms-excel.sheet.binary.macroEnabled</Types>",
      "_rels/.rels":
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>',
      "xl/workbook.bin": "\x83",
    }),
    "unsupported_format",
  ],
  [
    "without a list of sheets",
    zipOf({ "[Content_Types].xml": "<Types>spreadsheetml.sheet.main+xml</Types>" }),
    "corrupt_file",
  ],
])("a workbook %s is refused", async (_, bytes, code) => {
  expect(await codeOf("a.xlsx", bytes)).toBe(code);
});

test("entities are not expanded", async () => {
  const sheet = `${laughs}<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`;
  const bytes = xlsxOf([{ name: "S", rows: "" }], { parts: { "xl/worksheets/sheet1.xml": sheet } });
  expect((await fieldsOf("a.xlsx", bytes)).text_content).toBe("S\n&b;");
});

test("a workbook under the name of a Word document is misnamed, and read with any_name", async () => {
  const bytes = xlsxOf([{ name: "S", rows: "" }]);
  expect(await codeOf("a.docx", bytes)).toBe("misnamed");
  expect((await fieldsOf("a.docx", bytes, { any_name: true })).document_type).toBe("XLSX");
});

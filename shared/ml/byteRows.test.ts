import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteRows } from "./byteRows.ts";
import { csvCell } from "./csv.ts";
import { decimal } from "./decimal.ts";
import { numberOf } from "./values.ts";

function rowsOf(text: string, delimiter = ",") {
  const table = { filename: "t.csv", bytes: Buffer.from(text), delimiter, names: ["a", "b"], row: 2 };
  const rows = new ByteRows(table);
  const found: { row: number; cells: string[]; raw: string }[] = [];
  while (rows.next())
    found.push({
      row: rows.row,
      cells: Array.from({ length: rows.count }, (_, column) => rows.cell(column)),
      raw: table.bytes.toString("utf8", rows.from, rows.to),
    });
  return found;
}

test("rows are numbered with blank ones, and have cells and bytes without their line ends", () => {
  expect(rowsOf('1,2\r\n\n  \n"x\ny",é\r\n5" nail,\n3,4')).toEqual([
    { row: 2, cells: ["1", "2"], raw: "1,2" },
    { row: 5, cells: ["x\ny", "é"], raw: '"x\ny",é' },
    { row: 6, cells: ['5" nail', ""], raw: '5" nail,' },
    { row: 7, cells: ["3", "4"], raw: "3,4" },
  ]);
});

test("a row of another length says so, and which row it is", () => {
  const bytes = Buffer.from("1;2;3;4\n1\n1;2\n");
  const rows = new ByteRows({ filename: "t.csv", bytes, delimiter: ";", names: ["a", "b"], row: 8 });
  rows.next();
  expect([rows.isWhole, rows.ragged.message]).toEqual([
    false,
    "t.csv, row 8 has 4 cells, but the header names 2 columns.",
  ]);
  rows.next();
  expect([rows.isWhole, rows.count]).toEqual([false, 1]);
  rows.next();
  expect([rows.isWhole, rows.number(1)]).toEqual([true, 2]);
});

test("bytes that are not UTF-8, and quotes without an end, are refused", () => {
  const bytes = Buffer.from([0x61, 0x2c, 0xe4, 0x0a]);
  expect(() => new ByteRows({ filename: "t.csv", bytes, delimiter: ",", names: [], row: 2 })).toThrow(
    "t.csv is not in UTF-8. Save the table as CSV in UTF-8.",
  );
  expect(() => rowsOf('a,b\n"c,d\n')).toThrow("Row 3 has a quote without an end.");
  expect(() => rowsOf('"b"c,d\n')).toThrow("Row 2 has text after the end of a quoted cell.");
});

const cell = fc.string({ unit: fc.constantFrom("a", "é", ",", '"', "\n", "\r", "1", " "), maxLength: 6 });

test("cells that are written as CSV are read back", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constant("x"), cell), { minLength: 1, maxLength: 6 }), (table) => {
      const text = table.map((row) => `${row.map((one) => csvCell(one, ",")).join(",")}\n`).join("");
      expect(rowsOf(text).map(({ cells }) => cells)).toEqual(table);
    }),
  );
});

function read(text: string): number | undefined {
  return decimal(Buffer.from(text), 0, text.length);
}

test("short decimal numbers are read as JavaScript reads them", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 16 });
  fc.assert(
    fc.property(fc.constantFrom("", "-", "+"), digits, fc.constantFrom("", "."), digits, (...parts) => {
      const text = parts.join("");
      const found = read(text);
      if (found !== undefined) expect(found).toBe(numberOf(text));
    }),
  );
  expect(["12.5", "-0.07", "+3.", ".5", "", "100200300400500"].map(read)).toEqual([
    12.5,
    -0.07,
    3,
    0.5,
    Number.NaN,
    100200300400500,
  ]);
});

test.each(["1e3", "1.2.3", "-", ".", " 1", "x", "1234567890123456", "--1"])(
  "%j is left to the reader of texts",
  (text) => {
    expect(read(text)).toBeUndefined();
  },
);

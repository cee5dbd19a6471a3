import fc from "fast-check";
import { expect, test } from "vitest";
import { csvCell, delimiterOf, RowSplitter } from "./csv.ts";

function rowsOf(chunks: readonly string[], delimiter = ",") {
  const rows: (readonly string[])[] = [];
  const splitter = new RowSplitter(delimiter, (cells) => rows.push(cells));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return rows;
}

test.each([
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a,b\r\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ['"a,b","say ""hi"""\n', [["a,b", 'say "hi"']]],
  ['"two\nlines",x\n', [["two\nlines", "x"]]],
  [
    'plain,"q"\r\n,\n',
    [
      ["plain", "q"],
      ["", ""],
    ],
  ],
  ['5" nail,x\n', [['5" nail', "x"]]],
  ["\n  \na\n", [["a"]]],
  ['"",""\n', [["", ""]]],
])("%j is split into its cells", (text, rows) => {
  expect(rowsOf([text])).toEqual(rows);
});

test("rows are numbered with blank rows counted", () => {
  const numbers: number[] = [];
  const splitter = new RowSplitter(",", (_cells, row) => numbers.push(row), 2);
  splitter.push('a,b\n\n"c",d\ne,f\n');
  expect(numbers).toEqual([2, 4, 5]);
});

test("a quote without an end, and text after a quoted cell, are errors that name the row", () => {
  expect(() => rowsOf(['a\n"b\n'])).toThrow("Row 2 has a quote without an end.");
  expect(() => rowsOf(['a\n"b"c,d\n'])).toThrow("Row 2 has text after the end of a quoted cell.");
});

const cell = fc.string({ unit: fc.constantFrom("a", "é", ",", '"', "\n", "\r", ";", " "), maxLength: 6 });

test("cells that are written as CSV are read back from chunks of any size", () => {
  // A single blank cell would be a blank row.
  const rows = fc.array(fc.tuple(fc.constant("x"), cell, cell), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 9 }), (table, size) => {
      const text = table.map((row) => `${row.map((one) => csvCell(one, ",")).join(",")}\n`).join("");
      const chunks = text.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? [];
      expect(rowsOf(chunks)).toEqual(table);
    }),
  );
});

test.each([
  ["a,b,c", ","],
  ["a;b,c;d", ";"],
  ["a\tb", "\t"],
  ['"a,b,c"|d', "|"],
  ["one", ","],
])("the delimiter of %j is %j", (header, delimiter) => {
  expect(delimiterOf(header)).toBe(delimiter);
});

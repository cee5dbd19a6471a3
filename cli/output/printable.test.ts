import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { printable, printableJson } from "../../shared/printable.ts";
import { cut, tableLines } from "./table.ts";
import { bytesInWords, counted, secondsInWords } from "./words.ts";

test.each([
  ["plain Ünïcödé 😀", "plain Ünïcödé 😀"],
  ["\u001b[31mred", "\\x1b[31mred"],
  ["\u009b31mred", "\\x9b31mred"],
  ["two\nlines\tand\rmore", "two lines and\\x0dmore"],
  ["abc\u202etxt.exe", "abc\\u202etxt.exe"],
  [`half ${"\ud83d"}`, "half \\ud83d"],
])("%j is shown as %j", (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test("no text brings a control character to the terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test("JSON stays the same value and becomes harmless", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const json = printableJson({ [text]: text });
      expect(json).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      expect(JSON.parse(json)).toEqual({ [text]: text });
    }),
  );
});

const COLUMNS = [
  { title: "A", value: (row: readonly string[]) => row[0] },
  { title: "B", value: (row: readonly string[]) => row[1] },
];

test("columns are aligned by their width on the screen", () => {
  expect(
    tableLines(COLUMNS, [
      ["你好", "x"],
      ["abc", "y"],
    ]),
  ).toEqual(["A     B", "你好  x", "abc   y"]);
});

test("no line is wider than the terminal, with any text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string(), fc.string())),
      fc.integer({ min: 20, max: 120 }),
      (rows, width) => {
        for (const line of tableLines(COLUMNS, rows, width))
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test("the widest columns are cut first, a path at its start, an id never", () => {
  const columns = [
    { title: "ID", value: (row: readonly string[]) => row[0], keep: "whole" },
    { title: "PATH", value: (row: readonly string[]) => row[1], keep: "end" },
    { title: "NOTE", value: (row: readonly string[]) => row[2] },
  ] as const;
  expect(tableLines(columns, [["01M8HZWQGDCN", "letters/2024/a.txt", "said by a machine"]], 40)).toEqual([
    "ID            PATH          NOTE",
    "01M8HZWQGDCN  …/2024/a.txt  said by a m…",
  ]);
});

test("what is cut says so", () => {
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("abcd", 4)).toBe("abcd");
});

test("amounts read as people say them", () => {
  expect([0, 1, 1023, 1536, 5 * 2 ** 30, 300 * 2 ** 20].map(bytesInWords)).toEqual([
    "0 bytes",
    "1 byte",
    "1023 bytes",
    "1.5 KB",
    "5.0 GB",
    "300 MB",
  ]);
  expect([0.04, 9.94, 12, 125, 7_260].map(secondsInWords)).toEqual([
    "0.0 s",
    "9.9 s",
    "12 s",
    "2 min 5 s",
    "2 h 1 min",
  ]);
  expect([counted(1, "file"), counted(2, "file")]).toEqual(["1 file", "2 files"]);
});

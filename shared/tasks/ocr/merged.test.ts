import { expect, test } from "vitest";
import type { Attempt } from "./attempts.ts";
import { merged } from "./merged.ts";
import { sureness } from "./pageText.ts";

type Place = readonly [text: string, x: number, y: number, confidence?: number];

/** A reading whose lines have words of 10 pixels a letter, 20 pixels high. */
function reading(lines: readonly (readonly Place[])[], levelled = false): Attempt {
  const words = lines.flatMap((places, line) =>
    places.map(([text, x, y, confidence = 95]) => ({
      text,
      confidence,
      line,
      bbox: { x0: x, y0: y, x1: x + text.length * 10, y1: y + 20 },
    })),
  );
  const rows = lines.map((places, line) => {
    const own = words.filter((word) => word.line === line);
    const bbox = {
      x0: Math.min(...own.map(({ bbox: { x0 } }) => x0)),
      y0: Math.min(...own.map(({ bbox: { y0 } }) => y0)),
      x1: Math.max(...own.map(({ bbox: { x1 } }) => x1)),
      y1: Math.max(...own.map(({ bbox: { y1 } }) => y1)),
    };
    return { text: places.map(([text]) => text).join(" "), confidence: 95, bbox, block: 0, paragraph: 0 };
  });
  const text = `${rows.map((row) => row.text).join("\n")}\n`;
  const plain = { rotation: 0, scale: 1, skew: 0, thresholding: "otsu", rowHeight: 20, levelled } as const;
  return { ...plain, text, words, lines: rows, ...sureness(words) };
}

const linesOf = ({ lines }: Attempt) => lines.map(({ text }) => text);

test("lines of the other reading come in their places", () => {
  const found = reading([[["first", 0, 0]], [["third", 0, 80]]]);
  const next = reading([[["second", 0, 40]]], true);
  const both = merged(found, next);
  expect(linesOf(both)).toEqual(["first", "second", "third"]);
  expect(both.words.map(({ text, line }) => [text, line])).toEqual([
    ["first", 0],
    ["second", 1],
    ["third", 2],
  ]);
  expect(both.text.split("\n").filter(Boolean)).toEqual(["first", "second", "third"]);
  expect(both.levelled).toBe(true);
});

test("cells that were missed follow their row", () => {
  const found = reading([[["pears", 0, 0]], [["plums", 0, 40]], [["cherries", 0, 80]]]);
  const next = reading([[["40", 200, 2]], [["17", 200, 42]]], true);
  expect(linesOf(merged(found, next))).toEqual(["pears", "40", "plums", "17", "cherries"]);
});

test("a line whose words are all known, or that is unsure, is not added", () => {
  const found = reading([
    [
      ["one", 0, 0],
      ["two", 50, 0],
      ["three", 100, 0],
    ],
  ]);
  expect(
    merged(
      found,
      reading(
        [
          [
            ["one", 1, 1],
            ["two", 51, 1],
          ],
        ],
        true,
      ),
    ),
  ).toBe(found);
  expect(merged(found, reading([[["noise", 0, 100, 60]]], true))).toBe(found);
});

test("of a line that is known in part, the other words are added", () => {
  const found = reading([[["onehundred", 0, 0]], [["next", 0, 40]]]);
  const next = reading(
    [
      [
        ["onehundred", 0, 0],
        ["ab", 200, 0],
      ],
    ],
    true,
  );
  expect(linesOf(merged(found, next))).toEqual(["onehundred", "ab", "next"]);
});

test("a line that is surer replaces words in its place", () => {
  const found = reading([
    [
      ["good", 0, 0],
      ["words", 50, 0],
    ],
    [["~x", 0, 40, 30]],
  ]);
  const next = reading([[["clear", 0, 40]]], true);
  expect(linesOf(merged(found, next))).toEqual(["good words", "clear"]);
});

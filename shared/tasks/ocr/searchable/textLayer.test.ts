import { expect, test } from "vitest";
import type { OutputPage } from "../output/layout.ts";
import { GlyphCodes } from "./glyphs.ts";
import { textLayer } from "./textLayer.ts";

const preparation = { rotation: 0, skew: 0, scale: 1, thresholding: "otsu", levelled: false } as const;
type Placed = readonly [text: string, x0: number, y0: number, x1: number, y1: number];

/** A page of one line. */
function page(...words: readonly Placed[]): OutputPage {
  const bbox = {
    x0: Math.min(...words.map(([, x0]) => x0)),
    y0: Math.min(...words.map(([, , y0]) => y0)),
    x1: Math.max(...words.map(([, , , x1]) => x1)),
    y1: Math.max(...words.map(([, , , , y1]) => y1)),
  };
  const text = words.map(([word]) => word).join(" ");
  return {
    fields: {
      ...{ page: 1, width: 400, height: 300, text, average_confidence: 90, preparation },
      lines: [{ text, confidence: 90, bbox, block: 0, paragraph: 0 }],
    },
    words: words.map(([word, x0, y0, x1, y1]) => ({
      ...{ text: word, confidence: 90, line: 0, page: 1 },
      bbox: { x0, y0, x1, y1 },
    })),
  };
}

const layer = (of: OutputPage, glyphs = new GlyphCodes()) => textLayer(of, [1, 0, 0, 1, 0, 0], glyphs);
/** Size, direction and start of each word. */
const placesIn = (text: string) =>
  [...text.matchAll(/ ([\d.]+) Tf ([-\d ]+?) ([\d.]+) ([\d.]+) Tm/g)].map((found) =>
    found.slice(1).join(" | "),
  );

test("words are unseen, as high and as long as their boxes, and a space fills the gap", () => {
  const text = layer(page(["ab", 10, 20, 50, 40], ["c", 60, 20, 70, 40]));
  expect(text).toContain("BT 3 Tr");
  expect(placesIn(text)).toEqual(["20 | 1 0 0 1 | 10 | 264", "20 | 1 0 0 1 | 60 | 264"]);
  // Two letters of half the size 20 are 20 long; the box is 40 long.
  expect(text).toContain("200 Tz <00010002> Tj 100 Tz <0003> Tj");
});

test("words of a line that runs upwards or downwards are turned", () => {
  expect(placesIn(layer(page(["ab", 10, 200, 30, 240], ["c", 10, 150, 30, 190])))).toEqual([
    "20 | 0 1 -1 0 | 26 | 60",
    "20 | 0 1 -1 0 | 26 | 110",
  ]);
  expect(placesIn(layer(page(["ab", 10, 20, 30, 60], ["c", 10, 70, 30, 90])))).toEqual([
    "20 | 0 -1 1 0 | 14 | 280",
    "20 | 0 -1 1 0 | 14 | 230",
  ]);
});

test("any character has a code and its Unicode; scripts from right to left are drawn from left to right", () => {
  const glyphs = new GlyphCodes();
  expect(layer(page(["שלום", 10, 20, 50, 40]), glyphs)).toContain("<0001000200030004>");
  expect(glyphs.toUnicode()).toContain("<0001> <05DD>");
  layer(page(["\u{1d11e}\ud800", 10, 20, 50, 40]), glyphs);
  expect(glyphs.toUnicode()).toContain("<0005> <D834DD1E>\n<0006> <FFFD>");
});

test("a page without words has no operators", () => {
  expect(layer({ ...page(["a", 1, 1, 2, 2]), words: [] })).toBe("");
});

import { expect, test } from "vitest";
import { withoutRules } from "./rules.ts";

/** Draws rectangles of ink: x, y, width, height. */
function drawing(width: number, height: number, boxes: readonly (readonly number[])[]) {
  const data = new Uint8Array(width * height).fill(255);
  for (const [x = 0, y = 0, across = 0, down = 0] of boxes)
    for (let row = y; row < y + down; row++) data.fill(0, row * width + x, row * width + x + across);
  return { width, height, pages: 1, channels: 1, data } as const;
}

function inkOf({ data }: { readonly data: Uint8Array | Uint16Array }): number {
  return [...data].filter((value) => value < 128).length;
}

const HEIGHT = 20;

test("frames and underlines go", () => {
  const frame = drawing(300, 100, [
    [0, 10, 300, 3],
    [0, 90, 300, 1],
    [10, 0, 3, 100],
    [280, 0, 5, 100],
  ]);
  expect(inkOf(withoutRules(frame, HEIGHT))).toBe(0);
});

test("strokes of letters, bars and pictures stay", () => {
  const letters = drawing(300, 100, [
    [20, 20, 4, 40],
    [40, 30, 50, 4],
    [120, 10, 100, 60],
  ]);
  expect(inkOf(withoutRules(letters, HEIGHT))).toBe(inkOf(letters));
});

test("a stroke that crosses a rule stays whole, one that stands on it keeps its part", () => {
  const strokes = [
    [50, 20, 4, 40],
    [100, 20, 4, 20],
  ];
  const page = drawing(300, 100, [[0, 40, 300, 3], ...strokes]);
  const left = withoutRules(page, HEIGHT);
  const column = (x: number) =>
    Array.from({ length: 100 }, (_, y) => left.data[y * 300 + x] ?? 255).filter((value) => value < 128)
      .length;
  expect(column(51)).toBe(40);
  expect(column(101)).toBeGreaterThanOrEqual(19);
  expect(column(200)).toBe(0);
});

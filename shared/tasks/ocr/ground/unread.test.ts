import { describe, expect, test } from "vitest";
import type { InkMark } from "./marks.ts";
import { type Places, unreadBox } from "./unread.ts";

/** Letters of 8 x 10 pixels in rows of 20. */
function letters(rows: number): InkMark[] {
  const at = (row: number, column: number): InkMark => {
    const [x0, y0] = [20 + column * 10, 20 + row * 20];
    return { x0, y0, x1: x0 + 8, y1: y0 + 10, pixels: 40, toGround: 1 };
  };
  return Array.from({ length: rows * 20 }, (_, index) => at(Math.floor(index / 20), index % 20));
}

const everywhere: Places = () => true;
/** All places but those of the first letters of a row. */
function without(row: number, count: number): Places {
  return (x, y) => !(y >= 20 + row * 20 && y < 40 + row * 20 && x < 20 + count * 10);
}

describe("letters that a reading missed", () => {
  test("a page whose letters are all in sure words is read", () => {
    expect(unreadBox(letters(10), { found: everywhere, sure: everywhere })).toBeUndefined();
  });

  test("letters in no word are unread from 2 % of the page", () => {
    const few = without(3, 5);
    const box = { x0: 20, y0: 80, x1: 68, y1: 90 };
    expect(unreadBox(letters(10), { found: few, sure: few })).toEqual(box);
    expect(unreadBox(letters(20), { found: few, sure: few })).toBeUndefined();
  });

  test("letters in unsure words are unread from 10 % of the page", () => {
    const row = without(3, 20);
    expect(unreadBox(letters(10), { found: everywhere, sure: row })).toEqual({
      x0: 20,
      y0: 80,
      x1: 218,
      y1: 90,
    });
    expect(unreadBox(letters(15), { found: everywhere, sure: row })).toBeUndefined();
  });

  test("unsure words beside missing letters are read again with them", () => {
    const read = { found: without(3, 12), sure: without(3, 20) };
    expect(unreadBox(letters(10), read)?.x1).toBe(218);
  });

  test("two letters are dirt", () => {
    const two = without(0, 2);
    expect(unreadBox(letters(1), { found: two, sure: two })).toBeUndefined();
  });
});

import { expect, test } from "vitest";
import { keywordsOf } from "./keywords.ts";

test("a phrase scores its count times log2 of its words and one; equal scores are in order of appearance", () => {
  const phrases = new Map([
    ["sea", 2],
    ["white whale", 1],
    ["old sea captain", 1],
    ["ship", 2],
    ["white", 1],
  ]);
  expect(keywordsOf(phrases, 4)).toEqual([
    { keyword: "sea", score: 2, count: 2 },
    { keyword: "old sea captain", score: 2, count: 1 },
    { keyword: "ship", score: 2, count: 2 },
    { keyword: "white whale", score: 1.585, count: 1 },
  ]);
  expect(keywordsOf(phrases, 0)).toEqual([]);
});

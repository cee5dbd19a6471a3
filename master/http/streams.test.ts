import { expect, test } from "vitest";
import { jsonWithLists } from "./streams.ts";

async function* pagesOf(...pages: readonly string[][]): AsyncGenerator<readonly string[]> {
  yield* pages;
}

async function written(fields: object, pages: readonly string[][]): Promise<unknown> {
  const lists = { a: pagesOf(...pages), b: pagesOf(["x"]), c: pagesOf() };
  let text = "";
  for await (const piece of jsonWithLists({ fields, lists, last: () => ({ end: 1 }) })) text += piece;
  return JSON.parse(text);
}

const LONG = "long".repeat(5_000);

test.each([
  ["short pages", [["1"], ["2", "3"]]],
  ["a page that is a piece of its own, as the last of its list", [["1"], [LONG]]],
  ["a page that is a piece of its own, with more after it", [[LONG], ["2"]]],
  ["no pages", []],
])("lists in pieces are one JSON document: %s", async (_name, pages) => {
  const lists = { a: pages.flat(), b: ["x"], c: [], end: 1 };
  expect(await written({ id: 7 }, pages)).toEqual({ id: 7, ...lists });
  expect(await written({}, pages)).toEqual(lists);
});

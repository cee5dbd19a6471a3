import { expect, test } from "vitest";
import { landingPage } from "./page.ts";

function pageOf(load: { readonly jobs: number; readonly files: number }): string {
  const runner = { load: () => ({ ...load, bytes: 0 }) };
  return landingPage(
    { about: { version: "1" }, registry: { all: () => [] }, runner },
    "http://a.example:5000",
  );
}

test.each([
  [{ jobs: 2, files: 62 }, "<b>2 jobs</b> running, <b>62 files</b> waiting or running."],
  [{ jobs: 1, files: 1 }, "<b>1 job</b> running, <b>1 file</b> waiting or running."],
])("the page says for %j what there is to do", (load, text) => {
  expect(pageOf(load)).toContain(text);
});

test("tables wrap to the width of a phone: no cell forces a line, and nothing is cut", () => {
  const style = /<style>(.*)<\/style>/s.exec(pageOf({ jobs: 0, files: 0 }))?.[1] ?? "";
  expect(style).toContain("td{overflow-wrap:anywhere}");
  expect(style).not.toMatch(/overflow(-x)?:|nowrap/);
});

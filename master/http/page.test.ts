import { expect, test } from "vitest";
import { landingPage } from "./page.ts";

function pageOf(load: { readonly jobs: number; readonly files: number }, { hasToken = false } = {}): string {
  const runner = { load: () => ({ ...load, bytes: 0 }) };
  return landingPage(
    { about: { version: "1" }, registry: { all: () => [] }, runner, hasToken },
    "http://a.example:5000",
  );
}

test.each([
  [{ jobs: 2, files: 62 }, "<b>2 jobs</b> running, <b>62 files</b> waiting or running."],
  [{ jobs: 1, files: 1 }, "<b>1 job</b> running, <b>1 file</b> waiting or running."],
])("the page says for %j what there is to do", (load, text) => {
  expect(pageOf(load)).toContain(text);
});

test("the commands of the page show a token where the master needs one", () => {
  const load = { jobs: 0, files: 0 };
  const sends = "-F task_type=text -F texts=@FILE http://a.example:5000/assign_task";
  expect(pageOf(load)).toContain(`<code>curl ${sends}`);
  expect(pageOf(load, { hasToken: true })).toContain(`<code>curl -H 'Authorization: Bearer TOKEN' ${sends}`);
});

test("tables wrap to the width of a phone: no cell forces a line, and nothing is cut", () => {
  const style = /<style>(.*)<\/style>/s.exec(pageOf({ jobs: 0, files: 0 }))?.[1] ?? "";
  expect(style).toContain("td{overflow-wrap:anywhere}");
  expect(style).not.toMatch(/overflow(-x)?:|nowrap/);
});

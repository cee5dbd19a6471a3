import { expect, test } from "vitest";
import { bundlesOf, textOf, unitsOf } from "./bundle.ts";
import { unitsFor } from "./bundles.contract.ts";

const idsOf = (units: Parameters<typeof bundlesOf>[0]) => bundlesOf(units).map(({ id }) => id);

test("where a bundle begins depends on the indexes alone: a replay without the units that are done has the same ids", () => {
  const all = unitsFor("j", 40);
  expect(idsOf(all)).toEqual(["j/main/0", "j/main/16", "j/main/32"]);
  const left = all.filter((_, index) => index !== 0 && index !== 17 && index < 38);
  expect(idsOf(left)).toEqual(idsOf(all));
  expect(bundlesOf(left).map(({ units }) => units.length)).toEqual([15, 15, 6]);
});

test("units that take seconds travel in smaller bundles", () => {
  const ocr = unitsFor("j", 8).map((unit) => ({ ...unit, task: "ocr", step: "recognize", stepVersion: 6 }));
  expect(bundlesOf(ocr).map(({ id, lane }) => [id, lane])).toEqual([
    ["j/main/0", "ocr.recognize.6"],
    ["j/main/4", "ocr.recognize.6"],
  ]);
});

test("units with much to name have bundles of their own", () => {
  const large = unitsFor("j", 16).map((unit, index) => ({
    ...unit,
    args: index % 2 === 0 ? { text: "x".repeat(40_000) } : {},
  }));
  expect(bundlesOf(large).map(({ units }) => units.length)).toEqual(Array.from({ length: 16 }, () => 1));
  expect(idsOf(large)).toEqual(large.map(({ id }) => id));
});

test("the text of a bundle says once what its units have in common, and gives them back as they were", () => {
  const units = unitsFor("j", 16).map((unit) => ({ ...unit, options: { note: "only once" }, client: "c" }));
  const text = textOf(units);
  expect(text.split("only once")).toHaveLength(2);
  expect(unitsOf(text)).toEqual(units);
});

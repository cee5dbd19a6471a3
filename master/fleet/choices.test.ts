import { expect, test } from "vitest";
import { choicesOf } from "./choices.ts";

const slave = (...languages: string[]) => ({ choices: { ocr: { languages } } });

test.each([
  ["no slave", [], undefined],
  ["a slave that does not tell", [{ choices: {} }], undefined],
  ["one slave", [slave("eng", "deu")], { languages: ["deu", "eng"] }],
  [
    "two slaves: what both can do",
    [slave("eng", "deu", "fra"), slave("fra", "eng")],
    { languages: ["eng", "fra"] },
  ],
  ["two slaves, one of which does not tell", [slave("eng"), { choices: {} }], { languages: ["eng"] }],
  ["two slaves with nothing in common", [slave("eng"), slave("deu")], { languages: [] }],
])("the languages of %s", (_, slaves, expected) => {
  expect(choicesOf("ocr", slaves)).toEqual(expected);
});

test("the choices of another task, or of a member that every object has, are none", () => {
  expect(choicesOf("text", [slave("eng")])).toBeUndefined();
  expect(choicesOf("constructor", [slave("eng")])).toBeUndefined();
});

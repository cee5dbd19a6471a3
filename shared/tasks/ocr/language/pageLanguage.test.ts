import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sharp } from "../../../media/picture/sharp.ts";
import { processHere } from "../../inProcess.ts";
import { ocr } from "../index.ts";
import { installedLanguages } from "../languages.ts";
import { chosenOf } from "./pageLanguage.ts";

const FIXTURES = join(import.meta.dirname, "../../../../tests/fixtures/ocr");
const fixture = (name: string) => readFileSync(join(FIXTURES, name));

interface Page {
  readonly text: string;
  readonly language?: {
    readonly code: string;
    readonly confidence: number;
    readonly certain: boolean;
    readonly next: { readonly code: string; readonly confidence: number } | null;
  };
}

async function read(body: Uint8Array, options: object = { languages: "auto" }) {
  const [outcome] = await processHere(ocr, [{ filename: "scan.png", body }], options);
  if (!outcome?.ok) throw new Error(outcome?.error);
  const { pages } = JSON.parse(String(outcome.body)) as { readonly pages: readonly Page[] };
  return { pages, warnings: outcome.warnings ?? [] };
}

test.each([
  ["languages/greek.png", "ell", "λιμάνι"],
  ["languages/ukrainian.png", "ukr", "гривні"],
  ["languages/hebrew.png", "heb", "המעבורת"],
  ["notice.png", "eng", "ferry"],
])(
  "the page %s is read in its language, %s",
  async (name, code, word) => {
    const { pages, warnings } = await read(fixture(name));
    expect(pages[0]?.language).toMatchObject({ code, certain: true });
    expect(pages[0]?.language?.confidence).toBeGreaterThan(pages[0]?.language?.next?.confidence ?? 100);
    expect(pages[0]?.text).toContain(word);
    expect(warnings).toEqual([]);
  },
  180_000,
);

test("a page that shows no language is read in the default one, with a warning", async () => {
  const paper = { width: 300, height: 200, channels: 3, background: "white" } as const;
  const { pages, warnings } = await read(await sharp({ create: paper }).png().toBuffer());
  expect(pages[0]?.language).toMatchObject({ code: "eng", confidence: 0, certain: false });
  expect(warnings).toMatchObject([{ code: "language_unsure" }]);
}, 180_000);

test("a named language is not looked for", async () => {
  const { pages } = await read(fixture("notice.png"), {});
  expect(pages[0]?.language).toBeUndefined();
});

test("auto stands alone", () => {
  expect(() => ocr.options.parse({ languages: "auto+eng" })).toThrow(/auto alone/);
});

test("the data of other kinds is no language", async () => {
  expect(await installedLanguages()).toEqual(expect.arrayContaining(["ell", "eng", "heb", "ukr"]));
});

describe("of the confidence of each language", () => {
  const of = (...confidences: readonly number[]) =>
    chosenOf(confidences.map((confidence, n) => ({ code: ["eng", "ell", "ukr"][n] ?? "", confidence })));

  test("the highest is taken when it is clearly above the next", () => {
    expect(of(40, 92, 50)).toEqual({
      code: "ell",
      confidence: 92,
      certain: true,
      next: { code: "ukr", confidence: 50 },
    });
  });

  test("the default is taken when all are low, and when two are alike", () => {
    expect(of(40, 65, 20)).toMatchObject({ code: "eng", certain: false, next: { code: "ell" } });
    expect(of(30, 90, 89.5)).toMatchObject({ code: "eng", certain: false, next: { code: "ell" } });
  });
});

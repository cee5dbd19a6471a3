import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Box } from "../box.ts";
import type { LineFields, OcrWordFields } from "../report.ts";
import type { OutputPage } from "./layout.ts";
import type { TextOutput } from "./outputs.ts";
import { writtenText } from "./written.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocr-output-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const box = (x0: number, y0: number, x1: number, y1: number): Box => ({ x0, y0, x1, y1 });
const word = (text: string, line: number, bbox: Box): OcrWordFields => ({
  ...{ text, line, bbox: { ...bbox } },
  ...{ confidence: 91.5, page: 1 },
});
const line = (block: number, paragraph: number, bbox: Box): LineFields => ({
  ...{ text: "", confidence: 90, bbox: { ...bbox } },
  ...{ block, paragraph },
});

/** Two blocks: one of two paragraphs, the first of which has two lines, and one whose only word needs escaping. */
const PAGE: OutputPage = {
  fields: {
    ...{ page: 1, width: 400, height: 300, text: "A b\nc\n\nd\n\n<&\"'>\n", average_confidence: 91.5 },
    lines: [
      line(0, 0, box(10, 10, 90, 30)),
      line(0, 0, box(10, 40, 50, 60)),
      line(0, 1, box(10, 80, 50, 100)),
      line(-5, -5, box(200, 10, 300, 40)),
    ],
    preparation: { rotation: 180, skew: 0, scale: 1, thresholding: "otsu", levelled: false },
  },
  words: [
    word("A", 0, box(10, 10, 30, 30)),
    word("b", 0, box(40, 12, 90, 30)),
    word("c", 1, box(10, 40, 50, 60)),
    word("d", 2, box(10, 80, 50, 100)),
    word("<&\"'>\u0001\ud800\ufffe\u{1d11e}", 3, box(200, 10, 300, 40)),
  ],
};

const FAILED: OutputPage = {
  fields: {
    ...{ page: 2, width: 0, height: 0, text: "", average_confidence: 0, lines: [] },
    ...{ preparation: null, error: "It is torn." },
  },
  words: [],
};

const NAME = `odd "name" & <more>.png`;

async function written(output: TextOutput): Promise<string> {
  const pages = async function* () {
    yield PAGE;
    yield FAILED;
  };
  const { path } = await writtenText({ output, filename: NAME, folder }, pages());
  return await readFile(path, "utf8");
}

test("text has a form feed between pages", async () => {
  expect(await written("text")).toBe(`${PAGE.fields.text}\f`);
});

test("TSV has the rows of tesseract, numbers within their parents, and -1 where there is no confidence", async () => {
  const [head, ...rows] = (await written("tsv")).replace(/\n$/, "").split("\n");
  expect(head?.split("\t")).toHaveLength(12);
  const cells = rows.map((row) => row.split("\t"));
  expect(cells.every((row) => row.length === 12)).toBe(true);
  expect(cells.map((row) => row.slice(0, 6).join(" "))).toEqual([
    "1 1 0 0 0 0",
    ...["2 1 1 0 0 0", "3 1 1 1 0 0", "4 1 1 1 1 0", "5 1 1 1 1 1", "5 1 1 1 1 2"],
    ...["4 1 1 1 2 0", "5 1 1 1 2 1", "3 1 1 2 0 0", "4 1 1 2 1 0", "5 1 1 2 1 1"],
    ...["2 1 2 0 0 0", "3 1 2 1 0 0", "4 1 2 1 1 0", "5 1 2 1 1 1"],
    "1 2 0 0 0 0",
  ]);
  expect(cells[5]?.slice(6)).toEqual(["40", "12", "50", "18", "91.5", "b"]);
  expect(cells[1]?.slice(6)).toEqual(["10", "10", "80", "90", "-1", ""]);
});

/** A start tag with its attributes, and the text that follows it. */
interface Tag {
  readonly name: string;
  readonly has: Readonly<Record<string, string>>;
  text: string;
}

function tagsOf(xml: string): Tag[] {
  const tags: Tag[] = [];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => tags.push({ name, has: { ...attributes }, text: "" }));
  parser.on("text", (text) => {
    const last = tags.at(-1);
    if (last !== undefined) last.text += text;
  });
  // The parser throws at the first fault unless a handler takes it.
  parser.write(xml).close();
  return tags;
}

const SPOILT = `<&"'>\ufffd\ufffd\ufffd\u{1d11e}`;

test("hOCR is well-formed, and its boxes, confidences and words are read back", async () => {
  const tags = tagsOf(await written("hocr"));
  const of = (kind: string) => tags.filter(({ has }) => has.class === kind);
  const count = ["ocr_page", "ocr_carea", "ocr_par", "ocr_line", "ocrx_word"].map((kind) => of(kind).length);
  expect(count).toEqual([2, 2, 3, 4, 5]);
  expect(of("ocr_page")[0]?.has.title).toBe(`image "odd _name_ & <more>.png"; bbox 0 0 400 300; ppageno 0`);
  expect(of("ocr_line")[0]?.has.title).toBe("bbox 10 10 90 30; textangle 180");
  expect(of("ocrx_word")[1]).toMatchObject({ has: { title: "bbox 40 12 90 30; x_wconf 92" } });
  expect(of("ocrx_word").map(({ text }) => text.trim())).toEqual(["A", "b", "c", "d", SPOILT]);
  const ids = tags.flatMap(({ has }) => has.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

test("ALTO is well-formed, in its namespace, with strings at their places and spaces between them", async () => {
  const tags = tagsOf(await written("alto"));
  const of = (kind: string) => tags.filter(({ name }) => name === kind);
  expect(of("alto")[0]?.has.xmlns).toBe("http://www.loc.gov/standards/alto/ns-v4#");
  expect(of("fileName")[0]?.text.trim()).toBe(NAME);
  const inOrder = tags.slice(tags.findIndex(({ name }) => name === "Layout")).map(({ name }) => name);
  expect(inOrder.slice(0, 9)).toEqual(
    ["Layout", "Page", "PrintSpace", "ComposedBlock", "TextBlock"].concat([
      "TextLine",
      "String",
      "SP",
      "String",
    ]),
  );
  expect(of("TextBlock")[0]?.has).toMatchObject({
    HPOS: "10",
    VPOS: "10",
    WIDTH: "80",
    HEIGHT: "50",
    ROTATION: "180",
  });
  expect(of("SP")[0]?.has).toEqual({ HPOS: "30", VPOS: "10", WIDTH: "10" });
  expect(of("String")[1]?.has).toMatchObject({
    HPOS: "40",
    VPOS: "12",
    WIDTH: "50",
    HEIGHT: "18",
    WC: "0.915",
  });
  expect(of("String").map(({ has }) => has.CONTENT)).toEqual(["A", "b", "c", "d", SPOILT]);
  const ids = tags.flatMap(({ has }) => has.ID ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

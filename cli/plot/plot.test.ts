import { SaxesParser } from "saxes";
import sharp from "sharp";
import { expect, test } from "vitest";
import { drawX, drawY, placeX, placeY, roundAxis, roundTicks } from "./axes.ts";
import { pngOf } from "./png.ts";
import { element, group, label, pathThrough, svgFile, widthOfText } from "./svg.ts";

test.each([
  [3, 7, [0, 0.5, 1, 1.5, 2, 2.5, 3]],
  [3.012, 7, [0, 1, 2, 3]],
  [0.9, 5, [0, 0.5]],
  [1, 11, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
  [3_600, 5, [0, 1_000, 2_000, 3_000]],
  [0.004, 5, [0, 0.001, 0.002, 0.003, 0.004]],
])("ticks up to %d, at most %d: %j", (max, most, ticks) => {
  expect(roundTicks(max, most)).toEqual(ticks);
});

test.each([
  [172.6, 7, 0, 200, [0, 50, 100, 150, 200]],
  [1, 5, 1, 1, [0, 1]],
  [3, 5, 1, 3, [0, 1, 2, 3]],
  [7, 5, 1, 8, [0, 2, 4, 6, 8]],
  [0, 5, 0, 0.5, [0, 0.5]],
  [100, 6, 0, 100, [0, 20, 40, 60, 80, 100]],
])(
  "an axis for %d ends with a round number: %d ticks, steps from %d, up to %d",
  (max, most, least, end, ticks) => {
    expect(roundAxis(max, most, least)).toEqual({ max: end, ticks });
  },
);

const AREA = { x: 50, y: 10, width: 200, height: 100 };

test("values have their place: to the right and upwards", () => {
  const axis = roundAxis(4, 5, 1);
  expect([0, 2, 4].map(placeX(AREA, axis))).toEqual([50, 150, 250]);
  expect([0, 2, 4].map(placeY(AREA, axis))).toEqual([110, 60, 10]);
});

interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** The elements of a well-formed document. */
function elementsOf(svg: string): ReadElement[] {
  const elements: ReadElement[] = [];
  const open: ReadElement[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const one = { name, attributes, text: "" };
    elements.push(one);
    open.push(one);
  });
  parser.on("text", (text) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += text;
  });
  parser.on("closetag", () => void open.pop());
  parser.write(svg).close();
  return elements;
}

test("axes have a number at each tick, and a title", () => {
  const axis = { ...roundAxis(4, 5, 1), title: "busy slots" };
  for (const draw of [drawX, drawY]) {
    const elements = [...draw(AREA, axis)];
    const svg = svgFile({ width: 300, height: 160, title: "t", elements });
    const texts = elementsOf(svg).filter(({ name }) => name === "text");
    expect(texts.map(({ text }) => text)).toEqual(["0", "1", "2", "3", "4", "busy slots"]);
    for (const { attributes } of texts) {
      expect(Number(attributes.x)).toBeGreaterThanOrEqual(0);
      expect(Number(attributes.y)).toBeLessThanOrEqual(160);
    }
  }
});

test("a name of a slave is a text and nothing else, with signs of markup too", () => {
  const name = `<b>&"'\u001b[2J\u0000 é`;
  const elements = [group(name, [label(name, { x: 1, y: 2 })], { class: name })];
  const read = elementsOf(svgFile({ width: 10, height: 10, title: name, elements }));
  const shown = `<b>&"'\\x1b[2J\\x00 é`;
  expect(read.map((one) => one.name)).toEqual(["svg", "title", "rect", "g", "title", "text"]);
  expect(read.filter(({ text }) => text.trim() !== "").map(({ text }) => text)).toEqual([
    shown,
    shown,
    shown,
  ]);
  expect(read[3]?.attributes.class).toBe(shown);
});

test("a path, and the room of a text", () => {
  const points = [
    { x: 0, y: 1 },
    { x: 2.345678, y: 3 },
  ];
  expect(pathThrough(points)).toBe("M0 1L2.35 3");
  expect(widthOfText("slave-1 / 0")).toBeGreaterThan(widthOfText("slave-1"));
});

test("the picture is drawn in its own size, on white, in its colours", async () => {
  const elements = [element("rect", { x: 10, y: 5, width: 20, height: 10, fill: "#0072b2" })];
  const png = await pngOf(svgFile({ width: 40, height: 20, title: "t", elements }));
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([40, 20]);
  const pixel = (x: number, y: number) => [...data.subarray(3 * (40 * y + x), 3 * (40 * y + x) + 3)];
  expect(pixel(1, 1)).toEqual([255, 255, 255]);
  expect(pixel(20, 10)).toEqual([0, 0x72, 0xb2]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sharp } from "../../media/picture/sharp.ts";
import { processHere } from "../inProcess.ts";
import { ocr } from "./index.ts";

const FIXTURES = join(import.meta.dirname, "../../../tests/fixtures/ocr");
const fixture = (name: string) => readFileSync(join(FIXTURES, name));

const NOTICE = [
  "The ferry leaves the harbour at noon.",
  "Tickets cost 42 crowns for adults,",
  "children under seven travel free.",
  "Please keep your luggage with you.",
];

interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}
interface Result {
  schema_version: number;
  task: string;
  filename: string;
  extracted_text: string;
  word_count: number;
  character_count: number;
  average_confidence: number;
  image_size: number[];
  image_mode: string;
  words: { text: string; confidence: number; bbox: Box; line: number; page: number }[];
  pages: {
    page: number;
    text: string;
    lines: { text: string; bbox: Box }[];
    preparation: { rotation: number; skew: number; scale: number; thresholding: string };
  }[];
}

async function run(body: Uint8Array, options: object = {}) {
  const [outcome] = await processHere(ocr, [{ filename: "scan.png", body }], options);
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

function strip(width: number, height: number): Promise<Buffer> {
  const paper = { width, height, channels: 3, background: "white" } as const;
  return sharp({ create: paper }).png().toBuffer();
}

async function bytes(body: Uint8Array, options: object = {}): Promise<Buffer> {
  const outcome = await run(body, options);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.error}`);
  return Buffer.from(outcome.body as Uint8Array);
}

const read = async (body: Uint8Array, options: object = {}): Promise<Result> =>
  JSON.parse((await bytes(body, options)).toString());

const code = async (body: Uint8Array, options: object = {}) => {
  const outcome = await run(body, options);
  return outcome.ok ? "none" : outcome.code;
};

const linesOf = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

describe("a clean page", () => {
  test("is read word by word, with the fields of old clients", async () => {
    const result = await read(fixture("notice.png"));
    expect(linesOf(result.extracted_text)).toEqual(NOTICE);
    expect(result).toMatchObject({
      schema_version: 1,
      task: "ocr",
      filename: "scan.png",
      word_count: 24,
      character_count: [...result.extracted_text].length,
      image_size: [640, 240],
      image_mode: "L",
    });
    expect(result.average_confidence).toBeGreaterThan(85);
    expect(result.average_confidence).toBeLessThanOrEqual(100);
  });

  test("has boxes inside the page, in reading order, and lines made of its words", async () => {
    const { words, pages } = await read(fixture("notice.png"));
    expect(words.map(({ text }) => text)).toEqual(NOTICE.join(" ").split(" "));
    expect(pages[0]?.lines.map(({ text }) => text)).toEqual(NOTICE);
    for (const { bbox } of words) {
      expect(bbox.x0).toBeGreaterThanOrEqual(38);
      expect(bbox.x1).toBeLessThanOrEqual(640);
      expect(bbox.x1).toBeGreaterThan(bbox.x0);
      expect(bbox.y1).toBeGreaterThan(bbox.y0);
    }
    expect(words.filter(({ line }) => line === 1).map(({ text }) => text)).toEqual(NOTICE[1]?.split(" "));
  });

  test.each(["jpeg", "webp", "gif", "avif", "tiff"] as const)("reads the same as %s", async (format) => {
    const body = await sharp(fixture("notice.png")).toFormat(format, { quality: 90 }).toBuffer();
    expect(linesOf((await read(body)).extracted_text)).toEqual(NOTICE);
  });
});

describe("preparation", () => {
  test.each([90, 180, 270])(
    "a page turned by %i degrees is read, its boxes lie on the page as it came",
    async (angle) => {
      const result = await read(await sharp(fixture("notice.png")).rotate(angle).png().toBuffer());
      expect(linesOf(result.extracted_text)).toEqual(NOTICE);
      expect(result.image_size).toEqual(angle === 180 ? [640, 240] : [240, 640]);
      const first = result.words[0]?.bbox ?? { x0: 0, y0: 0, x1: 0, y1: 0 };
      // "The" stands in the upper left corner of the upright page.
      if (angle === 180) expect([first.x1 > 560, first.y1 > 180]).toEqual([true, true]);
      if (angle === 90) expect([first.x1 > 180, first.y1 < 110]).toEqual([true, true]);
      if (angle === 270) expect([first.x0 < 60, first.y0 > 530]).toEqual([true, true]);
    },
  );

  test.each([-11, -4, 3, 8])("a page that is %i degrees askew is straightened", async (angle) => {
    const askew = await sharp(fixture("notice.png")).rotate(angle, { background: "white" }).png().toBuffer();
    const { extracted_text, pages, words, image_size } = await read(askew);
    expect(linesOf(extracted_text)).toEqual(NOTICE);
    expect(Math.abs((pages[0]?.preparation.skew ?? 0) - angle)).toBeLessThanOrEqual(0.3);
    for (const { bbox } of words) {
      expect(bbox.x1).toBeLessThanOrEqual((image_size[0] ?? 0) + 2);
      expect(bbox.y1).toBeLessThanOrEqual((image_size[1] ?? 0) + 2);
    }
  });

  test("small print is enlarged, its boxes are not", async () => {
    const { pages, words, image_size } = await read(fixture("small-print.png"));
    expect(pages[0]?.preparation.scale).toBeGreaterThan(1.5);
    expect(image_size).toEqual([300, 120]);
    expect(Math.max(...words.map(({ bbox }) => bbox.x1))).toBeLessThanOrEqual(300);
    expect(words.slice(0, 7).map(({ text }) => text)).toEqual(NOTICE[0]?.split(" "));
  });

  test("text in the shade is read, too", async () => {
    const { width, height } = await sharp(fixture("notice.png")).metadata();
    // From full light at the right to a third of it at the left.
    const shade = Buffer.from(
      Uint8Array.from({ length: width * height }, (_, at) => 85 + ((at % width) * 170) / width),
    );
    const shaded = await sharp(fixture("notice.png"))
      .toColourspace("b-w")
      .composite([{ input: shade, raw: { width, height, channels: 1 }, blend: "multiply" }])
      .png()
      .toBuffer();
    const { extracted_text, pages } = await read(shaded);
    expect(linesOf(extracted_text)).toEqual(NOTICE);
    expect(pages[0]?.preparation.thresholding).toBe("sauvola");
  });

  test("white on black is read like black on white", async () => {
    const inverted = await sharp(fixture("notice.png")).negate().png().toBuffer();
    expect(linesOf((await read(inverted)).extracted_text)).toEqual(NOTICE);
  });

  test("dark and light text on nothing are both read", async () => {
    const ink = await sharp(fixture("notice.png")).negate().toColourspace("b-w").raw().toBuffer();
    for (const shade of [0, 255]) {
      const pixels = Buffer.from([...ink].flatMap((alpha) => [shade, shade, shade, alpha]));
      const raw = { width: 640, height: 240, channels: 4 as const };
      const result = await read(await sharp(pixels, { raw }).png().toBuffer());
      expect(linesOf(result.extracted_text)).toEqual(NOTICE);
      expect(result.image_mode).toBe("RGBA");
    }
  });

  test("preprocess: none reads the page as it is", async () => {
    const upsideDown = await sharp(fixture("notice.png")).rotate(180).png().toBuffer();
    const { extracted_text, pages } = await read(upsideDown, { preprocess: "none" });
    expect(extracted_text).not.toContain("ferry");
    expect(pages[0]?.preparation).toMatchObject({ rotation: 0, skew: 0, scale: 1 });
  });

  test("a blank page has no words and no confidence", async () => {
    const blank = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    expect(await read(blank)).toMatchObject({ words: [], word_count: 0, average_confidence: 0 });
  });
});

describe("pages", () => {
  test("of a TIFF are read one by one", async () => {
    const { pages, extracted_text, words, image_mode } = await read(fixture("two-pages.tiff"));
    expect(pages.map(({ page }) => page)).toEqual([1, 2]);
    expect(extracted_text.split("\f").map((text) => linesOf(text)[0])).toEqual([
      "First page: apples and pears.",
      "Second page: plums and cherries.",
    ]);
    expect(new Set(words.map(({ page }) => page))).toEqual(new Set([1, 2]));
    expect(image_mode).toBe("1");
  });

  test("each has its own colours and orientation", async () => {
    const { pages, words } = await read(fixture("mixed-pages.tiff"));
    expect(pages.map(({ text }) => linesOf(text))).toEqual([NOTICE, NOTICE]);
    expect(pages).toMatchObject([
      { width: 640, height: 240, preparation: { rotation: 0 } },
      { width: 640, height: 240, preparation: { rotation: 0 } },
    ]);
    const first = words.find(({ page }) => page === 2);
    expect([first?.text, (first?.bbox.x1 ?? 999) < 120, (first?.bbox.y1 ?? 999) < 80]).toEqual([
      "The",
      true,
      true,
    ]);
  });

  test("pages: first reads only the first", async () => {
    const { pages, extracted_text } = await read(fixture("two-pages.tiff"), { pages: "first" });
    expect(pages).toHaveLength(1);
    expect(extracted_text).not.toContain("plums");
  });
});

describe("options and errors", () => {
  test("a language that is not installed names its package", async () => {
    const outcome = await run(fixture("notice.png"), { languages: "eng+xho" });
    expect(outcome).toMatchObject({ ok: false, code: "missing_language" });
    expect(outcome.ok ? "" : outcome.error).toContain("@tesseract.js-data/xho");
  });

  test.each(["../eng", "eng/..", "", "english language", "eng+"])("languages %j is refused", (languages) => {
    expect(() => ocr.options.parse({ languages })).toThrow(/language codes/);
  });

  test("page modes are listed when one is wrong", () => {
    expect(() => ocr.options.parse({ page_mode: 0 })).toThrow(/3.*4.*6.*7.*11.*13/);
  });

  test("page mode 7 reads a single line", async () => {
    const line = await sharp(fixture("notice.png"))
      .extract({ left: 0, top: 25, width: 640, height: 45 })
      .png()
      .toBuffer();
    expect((await read(line, { page_mode: 7 })).extracted_text.trim()).toBe(NOTICE[0]);
  });

  test("damaged, empty, foreign and oversized files have their codes", async () => {
    const page = fixture("notice.png");
    expect(await code(page.subarray(0, 2000))).toBe("corrupt_file");
    expect(await code(Buffer.alloc(0))).toBe("empty_file");
    expect(await code(Buffer.from("just text"))).toBe("wrong_type");
    expect(await code(page, { max_pixels: 100 })).toBe("too_large");
    expect(await code(await strip(100_001, 2))).toBe("too_large");
  });

  test("a page longer than Tesseract can count is shrunk, not failed", async () => {
    expect((await read(await strip(40_000, 40))).extracted_text).toBe("");
  });
});

test("earlier pages do not change the bytes that a worker gives", async () => {
  const before = await bytes(fixture("notice.png"));
  await bytes(fixture("small-print.png"));
  await bytes(fixture("two-pages.tiff"), { page_mode: 6 });
  expect((await bytes(fixture("notice.png"))).equals(before)).toBe(true);
});

test.each([
  [1, 1],
  [3, 3],
  [6, 6],
  [1, 200],
  [100, 3],
])("a picture of %i x %i pixels is read as any other", async (width, height) => {
  const dots = Buffer.from(Array.from({ length: width * height }, (_, at) => (at * 7919) % 256));
  const body = await sharp(dots, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  const [outcome] = await processHere(ocr, [{ filename: "dots.png", body }], {});
  expect(outcome).toMatchObject({ ok: true });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sharp } from "../../media/picture/sharp.ts";
import { processHere } from "../inProcess.ts";
import { ocr } from "./index.ts";

const NOTICE_FILE = readFileSync(join(import.meta.dirname, "../../../tests/fixtures/ocr/notice.png"));
const NOTICE = [
  "The ferry leaves the harbour at noon.",
  "Tickets cost 42 crowns for adults,",
  "children under seven travel free.",
  "Please keep your luggage with you.",
];
const [WIDTH, HEIGHT] = [640, 240];

type Colour = readonly [red: number, green: number, blue: number];
const [BLACK, WHITE]: readonly [Colour, Colour] = [
  [0, 0, 0],
  [255, 255, 255],
];

/** The notice in these colours, as raw pixels. */
async function painted(ink: Colour, ground: Colour): Promise<Buffer> {
  const gray = await sharp(NOTICE_FILE).toColourspace("b-w").raw().toBuffer();
  const pixels = Buffer.alloc(gray.length * 3);
  for (const [at, light] of gray.entries())
    for (let channel = 0; channel < 3; channel++)
      pixels[at * 3 + channel] = ((ink[channel] ?? 0) * (255 - light) + (ground[channel] ?? 0) * light) / 255;
  return pixels;
}

interface Panel {
  readonly ink: Colour;
  readonly ground: Colour;
}

/** Notices below each other or side by side. */
async function page(panels: readonly Panel[], direction: "down" | "aside" = "down"): Promise<Buffer> {
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  const layers = await Promise.all(panels.map(({ ink, ground }) => painted(ink, ground)));
  const [across, down] = direction === "aside" ? [panels.length, 1] : [1, panels.length];
  return await sharp({
    create: { width: WIDTH * across, height: HEIGHT * down, channels: 3, background: "white" },
  })
    .composite(
      layers.map((input, at) => ({
        input,
        raw,
        left: direction === "aside" ? at * WIDTH : 0,
        top: direction === "aside" ? 0 : at * HEIGHT,
      })),
    )
    .png()
    .toBuffer();
}

async function read(body: Buffer, options: object = {}) {
  const [outcome] = await processHere(ocr, [{ filename: "page.png", body }], options);
  if (outcome?.ok !== true) throw new Error("not read");
  const { extracted_text, pages, words } = JSON.parse(Buffer.from(outcome.body as Uint8Array).toString());
  const lines: string[] = extracted_text.split("\n").filter((line: string) => line.trim() !== "");
  return { lines, words, levelled: pages[0].preparation.levelled };
}

const PLAIN: Panel = { ink: BLACK, ground: WHITE };
const WORDS = NOTICE.join(" ").split(" ");

describe("text that luma does not show", () => {
  test.each([
    ["red on green", [200, 0, 0], [0, 102, 0]],
    ["blue on brown", [60, 60, 230], [140, 68, 0]],
    ["green on pink", [0, 170, 60], [215, 60, 60]],
    ["orange on blue", [220, 120, 20], [110, 138, 255]],
    ["cyan on violet", [0, 160, 160], [200, 70, 230]],
  ] as const)("%s is read", async (_, ink, ground) => {
    expect((await read(await page([{ ink, ground }]))).lines).toEqual(NOTICE);
  });

  test("a coloured banner above black text is read first", async () => {
    const banner: Panel = { ink: [200, 0, 0], ground: [0, 102, 0] };
    const { lines, levelled } = await read(await page([banner, PLAIN]));
    expect(lines).toEqual([...NOTICE, ...NOTICE]);
    expect(levelled).toBe(true);
  });

  test("a coloured line is read in mode 7", async () => {
    const line = await sharp(await page([{ ink: [200, 0, 0], ground: [0, 102, 0] }]))
      .extract({ left: 0, top: 25, width: WIDTH, height: 45 })
      .png()
      .toBuffer();
    expect((await read(line, { page_mode: 7 })).lines).toEqual([NOTICE[0]]);
  });
});

describe("text on several grounds", () => {
  test.each([
    ["white on black beside black on white", WHITE, BLACK],
    ["white on dark blue", WHITE, [0, 40, 100]],
    ["white on gray", WHITE, [150, 150, 150]],
    ["black on gray", BLACK, [120, 120, 120]],
    ["yellow on green", [255, 255, 90], [20, 90, 40]],
  ] as const)("%s: both columns are read", async (_, ink, ground) => {
    const { lines } = await read(await page([PLAIN, { ink, ground }], "aside"));
    expect(lines.join(" ").split(" ").sort()).toEqual([...WORDS, ...WORDS].sort());
  });

  test.each([170, 190, 205, 215])("gray text of %i below black text is read", async (shade) => {
    const { lines } = await read(await page([PLAIN, { ink: [shade, shade, shade], ground: WHITE }]));
    expect(lines).toEqual([...NOTICE, ...NOTICE]);
  });

  test.each([70, 90, 110])("gray text of %i below white text on black is read", async (shade) => {
    const dim: Panel = { ink: [shade, shade, shade], ground: BLACK };
    const { lines } = await read(await page([{ ink: WHITE, ground: BLACK }, dim]));
    expect(lines).toEqual([...NOTICE, ...NOTICE]);
  });
});

test("a page on which all is read is not read again", async () => {
  expect((await read(await page([PLAIN]))).levelled).toBe(false);
});

test("boxes of added words lie on the page as it came", async () => {
  const turned = await sharp(await page([{ ink: [200, 0, 0], ground: [0, 102, 0] }, PLAIN]))
    .rotate(180)
    .png()
    .toBuffer();
  const { words } = await read(turned);
  const [first] = words;
  expect(first.text).toBe("The");
  expect(first.bbox.x0).toBeGreaterThan(WIDTH - 120);
  expect(first.bbox.y0).toBeGreaterThan(2 * HEIGHT - 90);
});

test("a few lines that a well read page misses are read at their place", async () => {
  const faint: Panel = { ink: [205, 205, 205], ground: WHITE };
  const { lines, words, levelled } = await read(await page([PLAIN, PLAIN, PLAIN, faint, PLAIN, PLAIN]));
  expect(lines).toEqual(Array.from({ length: 6 }, () => NOTICE).flat());
  expect(levelled).toBe(true);
  const ferries = words.filter(({ text }: { readonly text: string }) => text === "ferry");
  const tops = ferries.map(({ bbox }: { readonly bbox: { readonly y0: number } }) => bbox.y0);
  for (const [panel, top] of tops.entries()) expect(Math.abs(top - tops[0] - panel * HEIGHT)).toBeLessThan(5);
  expect(tops).toHaveLength(6);
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { sharp } from "../../media/picture/sharp.ts";
import { processHere } from "../inProcess.ts";
import { image } from "./index.ts";

const FIXTURES = join(import.meta.dirname, "../../../tests/fixtures/image");
const fixture = (name: string) => readFileSync(join(FIXTURES, name));

async function run(body: Uint8Array, options: object = {}) {
  const [outcome] = await processHere(image, [{ filename: "input", body }], options);
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

async function gray(body: Uint8Array, options: object = {}) {
  const outcome = await run(body, options);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.error}`);
  return { body: Buffer.from(outcome.body as Uint8Array), info: outcome.info, summary: outcome.summary };
}

async function failure(body: Uint8Array, options: object = {}) {
  const outcome = await run(body, options);
  return outcome.ok ? { code: "none", error: "" } : { code: outcome.code, error: outcome.error };
}

/** Samples of the first channel; 16-bit files keep their range. */
async function samples(body: Buffer): Promise<number[]> {
  const { depth } = await sharp(body).metadata();
  const deep = depth === "ushort";
  const raw = await sharp(body)
    .toColourspace(deep ? "rgb16" : "srgb")
    .removeAlpha()
    .raw({ depth: deep ? "ushort" : "uchar" })
    .toBuffer();
  const data = deep ? new Uint16Array(raw.buffer, raw.byteOffset, raw.byteLength / 2) : raw;
  return [...data].filter((_, index) => index % 3 === 0);
}

async function alpha(body: Buffer): Promise<number[]> {
  return [...(await sharp(body).toColourspace("srgb").extractChannel(3).raw().toBuffer())];
}

const rgb = (pixels: number[][], width = pixels.length, channels: 3 | 4 = 3) =>
  sharp(Uint8Array.from(pixels.flat()), { raw: { width, height: pixels.length / width, channels } });

const luma = ([red = 0, green = 0, blue = 0]: readonly number[]) =>
  Math.round(0.299 * red + 0.587 * green + 0.114 * blue);

describe("gray is Rec. 601 luma", () => {
  const COLORS = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
    [12, 200, 99],
    [1, 1, 1],
  ];

  test("pure red is 76, green 150, blue 29", async () => {
    const { body } = await gray(await rgb(COLORS).png().toBuffer());
    expect(await samples(body)).toEqual(COLORS.map(luma));
  });

  test("all 256 grays stay what they are", async () => {
    const ramp = Array.from({ length: 256 }, (_, value) => [value, value, value]);
    const { body } = await gray(await rgb(ramp, 16).png().toBuffer());
    expect(await samples(body)).toEqual(ramp.map(([value]) => value));
  });

  test("16 bits are kept", async () => {
    const deep = Uint16Array.from([65_535, 0, 0, 0, 65_535, 0, 1000, 2000, 3000]);
    const tiff = await sharp(deep, { raw: { width: 3, height: 1, channels: 3 } })
      .toColourspace("rgb16")
      .tiff({ compression: "none" })
      .toBuffer();
    const { body, info } = await gray(tiff);
    expect(info).toMatchObject({ bits: 16 });
    expect(await samples(body)).toEqual([19_595, 38_469, 1815]);
  });

  test("alpha is kept, samples below it too", async () => {
    const pixels = [
      [255, 0, 0, 255],
      [0, 255, 0, 128],
      [0, 0, 255, 0],
    ];
    const { body, info } = await gray(await rgb(pixels, 3, 4).png().toBuffer());
    expect(info).toMatchObject({ has_alpha: true });
    expect(await samples(body)).toEqual([76, 150, 29]);
    expect(await alpha(body)).toEqual([255, 128, 0]);
  });

  test("an embedded profile is converted to sRGB first", async () => {
    const gray128 = await rgb([[200, 60, 60]])
      .withIccProfile("p3")
      .png()
      .toBuffer();
    const ignored = await sharp(gray128, { ignoreIcc: true }).removeAlpha().raw().toBuffer();
    const [value = 0] = await samples((await gray(gray128)).body);
    expect(Math.abs(value - luma([200, 60, 60]))).toBeLessThanOrEqual(1);
    expect(luma([...ignored])).not.toBe(value);
  });

  test.each(["lab-8-bit.tiff", "lab-16-bit.tiff"])("%s is taken relative to D50", async (name) => {
    const { body, info } = await gray(fixture(name));
    const expected = luma([200, 30, 60]);
    for (const value of await samples(body)) expect(Math.abs(value - expected)).toBeLessThanOrEqual(1);
    expect(info).toMatchObject({ width: 4, height: 3, bits: 8, source: { color_space: "lab" } });
  });

  test("CMYK white, black and red come out white, dark and mid-gray", async () => {
    const colors = [
      [255, 255, 255],
      [0, 0, 0],
      [255, 0, 0],
    ].flatMap((color) => Array(64).fill(color));
    const cmyk = await rgb(colors, 8).toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    const values = await samples((await gray(cmyk)).body);
    const middle = [values[27] ?? 0, values[91] ?? 0, values[155] ?? 0] as const;
    expect(middle[0]).toBeGreaterThan(250);
    expect(middle[1]).toBeLessThan(45);
    expect(middle[2]).toBeGreaterThan(60);
    expect(middle[2]).toBeLessThan(110);
  });

  test("a picture larger than a block of rows is put together without a seam", async () => {
    const wide = await sharp({ create: { width: 5000, height: 3500, channels: 3, background: "#ff0000" } })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const { body, info } = await gray(wide);
    expect(info).toMatchObject({ width: 5000, height: 3500 });
    const { channels } = await sharp(body).stats();
    expect([channels[0]?.min, channels[0]?.max]).toEqual([76, 76]);
  });
});

describe("EXIF orientation is applied", () => {
  // 3 x 2, all different: turning and mirroring cannot be mistaken for each other.
  const UPRIGHT = [10, 60, 110, 160, 200, 250];
  const STORED: Record<number, { width: number; values: number[] }> = {
    1: { width: 3, values: [10, 60, 110, 160, 200, 250] },
    2: { width: 3, values: [110, 60, 10, 250, 200, 160] },
    3: { width: 3, values: [250, 200, 160, 110, 60, 10] },
    4: { width: 3, values: [160, 200, 250, 10, 60, 110] },
    5: { width: 2, values: [10, 160, 60, 200, 110, 250] },
    6: { width: 2, values: [110, 250, 60, 200, 10, 160] },
    7: { width: 2, values: [250, 110, 200, 60, 160, 10] },
    8: { width: 2, values: [160, 10, 200, 60, 250, 110] },
  };

  test.each(Object.keys(STORED).map(Number))("orientation %i", async (orientation) => {
    const { width = 0, values = [] } = STORED[orientation] ?? {};
    const stored = rgb(
      values.map((value) => [value, value, value]),
      width,
    );
    const { body, info } = await gray(await stored.withMetadata({ orientation }).png().toBuffer());
    expect(info).toMatchObject({ width: 3, height: 2, source: { orientation } });
    expect(await samples(body)).toEqual(UPRIGHT);
  });
});

describe("formats that sharp does not read", () => {
  const COLORS = [
    [0, 0, 0],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 0],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
  ];
  const at = (place: number) => (((place % 21) * 3 + Math.floor(place / 21) * 5) % 8) as number;
  const EXPECTED = Array.from({ length: 21 * 13 }, (_, place) => luma(COLORS[at(place)] ?? []));

  test.each([
    "4-bit-palette.bmp",
    "4-bit-rle.bmp",
    "8-bit-palette.bmp",
    "8-bit-top-down.bmp",
    "8-bit-rle.bmp",
    "8-bit-os2.bmp",
    "16-bit-555.bmp",
    "16-bit-565.bmp",
    "24-bit.bmp",
    "32-bit.bmp",
    "32-bit-alpha.bmp",
    "png-inside.ico",
    "two-pictures.ico",
    "colors.ppm",
  ])("%s has the right gray everywhere", async (name) => {
    expect(await samples((await gray(fixture(name))).body)).toEqual(EXPECTED);
  });

  test("a bilevel BMP is black and white", async () => {
    const { body } = await gray(fixture("1-bit-palette.bmp"));
    expect(await samples(body)).toEqual(EXPECTED.map((_, place) => (at(place) >= 4 ? 255 : 0)));
  });

  test("alpha of a BMP and the mask of an icon become alpha", async () => {
    expect(new Set(await alpha((await gray(fixture("32-bit-alpha.bmp"))).body))).toEqual(new Set([128]));
    const mask = await alpha((await gray(fixture("two-pictures.ico"))).body);
    expect(mask.slice(0, 6)).toEqual([0, 0, 0, 0, 255, 255]);
  });

  test.each([
    ["P1\n# bits\n3 1\n101", [0, 255, 0]],
    ["P2 2 1 15 0 15", [0, 255]],
    ["P3\n1 1\n255\n255 0 0\n", [76]],
    ["P4\n9 1\n\xaa\x80", [0, 255, 0, 255, 0, 255, 0, 255, 0]],
    ["P5\n2 1\n255\n\x00\xff", [0, 255]],
    ["P6\n1 1\n255\n\x00\x00\xff", [29]],
    ["P5\n1 1\n65535\n\x12\x34", [0x1234]],
  ])("PNM %j", async (text, expected) => {
    expect(await samples((await gray(Buffer.from(text, "latin1"))).body)).toEqual(expected);
  });

  test.each(["8-bit-palette.bmp", "8-bit-rle.bmp", "24-bit.bmp", "png-inside.ico", "colors.ppm"])(
    "%s cut in half is corrupt_file",
    async (name) => {
      const whole = fixture(name);
      expect(await failure(whole.subarray(0, whole.length / 2))).toMatchObject({ code: "corrupt_file" });
    },
  );

  test("a BMP that claims too many pixels is refused before memory is taken", async () => {
    const bmp = Buffer.from(fixture("8-bit-rle.bmp"));
    bmp.writeInt32LE(60_000, 18);
    bmp.writeInt32LE(60_000, 22);
    expect(await failure(bmp)).toMatchObject({ code: "too_large" });
  });
});

describe("files that cannot be gray images", () => {
  const png = () =>
    rgb(
      Array.from({ length: 4096 }, (_, place) => [place % 251, place % 83, 9]),
      64,
    )
      .png()
      .toBuffer();

  test.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)(
    "a truncated %s is corrupt_file",
    async (format) => {
      const whole = await sharp(await png())
        .toFormat(format)
        .toBuffer();
      expect(await failure(whole.subarray(0, whole.length * 0.7))).toMatchObject({ code: "corrupt_file" });
    },
  );

  test("an empty file is empty_file", async () => {
    expect(await failure(Buffer.alloc(0))).toMatchObject({ code: "empty_file" });
  });

  test.each([
    ["HEIC", "\0\0\0\x18ftypheic"],
    ["npm install --no-save heic-decode@", "\0\0\0\x18ftypheic"],
    ["JPEG 2000", "\0\0\0\fjP  \r\n\x87\n"],
    ["XPM", "/* XPM */ static char"],
    ["JPEG XL", "\xff\x0a\x00"],
    ["TGA", `\0\0\x02${"\0".repeat(15)}`],
    ["DPX", "SDPX\0\0\x08\0"],
    ["Sun raster", "\x59\xa6\x6a\x95\0\0\0\x04"],
  ])("%s is refused by name", async (name, magic) => {
    const { code, error } = await failure(Buffer.from(magic, "latin1"));
    expect(code).toBe("unsupported_format");
    expect(error).toContain(name);
  });

  test.each([
    ["plain text", "Dear all, here are the minutes."],
    ["a PDF", "%PDF-1.7\n"],
    ["random bytes", "\x01\x02\x03\x04\x05"],
  ])("%s is wrong_type", async (_, text) => {
    expect(await failure(Buffer.from(text, "latin1"))).toMatchObject({ code: "wrong_type" });
  });

  test("samples that cannot be kept are refused by name", async () => {
    const { code, error } = await failure(fixture("32-bit.tiff"));
    expect([code, error.slice(0, 45)]).toEqual([
      "unsupported_format",
      "Images with 32-bit integer samples are not su",
    ]);
  });

  test.each([
    [
      "12 bits a sample",
      { bits: 12 },
      /^This variant of TIFF cannot be read \(decoder: .+\)\. Convert it to PNG/,
    ],
    ["24-bit floats", { bits: 24 }, /^This variant of TIFF cannot be read/],
    ["LZMA", { compression: 34_925 }, /decoder: LZMA compression support is not configured\)/],
    ["an unknown compression", { compression: 12_345 }, /^This variant of TIFF cannot be read/],
    ["old-style JPEG", { compression: 6 }, /^TIFF with old-style JPEG compression \(before 1995\)/],
  ])("a TIFF with %s is unsupported_format, and says what to do", async (_, tags, sentence) => {
    const { code, error } = await failure(tiff(tags));
    expect([code, error]).toEqual(["unsupported_format", expect.stringMatching(sentence)]);
  });

  test.each([4, 10, 70, 73])("a TIFF of which only %i bytes are there is corrupt_file", async (length) => {
    expect(await failure(tiff({}).subarray(0, length))).toMatchObject({ code: "corrupt_file" });
  });

  test("what is no image says so in one sentence", async () => {
    expect((await failure(Buffer.from("Dear all, here are the minutes."))).error).toBe(
      "This is not an image, or its format is not known.",
    );
    expect((await failure(Buffer.from("%PDF-1.7\n"))).error).toBe(
      "This is not an image: it is a PDF document; the tasks document and ocr read those.",
    );
  });

  test("a damaged PNG signature is distinguished from a foreign format", async () => {
    const bytes = Buffer.from(await png());
    bytes[0] = 0x09;
    expect(await failure(bytes)).toMatchObject({ code: "corrupt_file" });
  });

  test("too_large names the limit and the option", async () => {
    const { code, error } = await failure(await png(), { max_pixels: 1000 });
    expect(code).toBe("too_large");
    expect(error).toMatch(/1000 pixels.*max_pixels/);
  });
});

describe("SVG", () => {
  const svg = (body: string, size = 'width="8" height="8"') =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${size}>${body}</svg>`,
    );

  test("is drawn, packed or not", async () => {
    const red = svg('<rect width="8" height="8" fill="#f00"/>');
    expect((await samples((await gray(red)).body))[0]).toBe(76);
    expect((await samples((await gray(gzipSync(red))).body))[0]).toBe(76);
  });

  test("is drawn at the requested size, without enlarging pixels", async () => {
    const half = svg(
      '<rect width="4" height="8" fill="#000"/><rect x="4" width="4" height="8" fill="#fff"/>',
    );
    const { body, info } = await gray(half, { width: 800, enlarge: true });
    expect(info).toMatchObject({ width: 800, height: 800 });
    expect(new Set((await samples(body)).slice(0, 800)).size).toBeLessThanOrEqual(3);
  });

  test("reads no neighbouring file and no address", async () => {
    const folder = mkdtempSync(join(tmpdir(), "svg-"));
    const secret = join(folder, "secret.png");
    writeFileSync(
      secret,
      await rgb([[255, 255, 255]])
        .png()
        .toBuffer(),
    );
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const links = [secret, "secret.png", `file://${secret}`, `http://127.0.0.1:${port}/a.png`];
    const drawn = links.map((link) => `<image width="8" height="8" href="${link}" xlink:href="${link}"/>`);
    const style = `<style>@import url("http://127.0.0.1:${port}/a.css");</style>`;
    const { body } = await gray(svg(`${style}<rect width="8" height="8" fill="#000"/>${drawn.join("")}`));
    server.close();
    rmSync(folder, { recursive: true });
    expect(new Set(await samples(body))).toEqual(new Set([0]));
    expect(asked).toBe(0);
  });

  test("an external entity stays empty", async () => {
    const text = `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>`;
    const outcome = await run(Buffer.concat([Buffer.from(text), svg("<text>&x;</text>")]));
    expect(outcome.ok || outcome.code === "corrupt_file").toBe(true);
  });

  test("nested use that multiplies without end is too_large, before it is drawn", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `<g id="g${level + 1}">${`<use xlink:href="#g${level}"/>`.repeat(10)}</g>`,
    );
    const bomb = `<defs><rect id="g0" width="1" height="1"/>${levels.join("")}</defs><use xlink:href="#g12"/>`;
    expect(await failure(svg(bomb))).toMatchObject({ code: "too_large" });
  });

  test("entities that multiply without end are an error", async () => {
    const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`);
    const head = `<!DOCTYPE svg [<!ENTITY e0 "lol">${entities.join("")}]>`;
    const bomb = Buffer.concat([Buffer.from(head), svg("<text>&e9;</text>")]);
    expect(await failure(bomb)).toMatchObject({ code: "corrupt_file" });
  });

  test("a gigantic canvas is too_large", async () => {
    expect(await failure(svg("", 'width="30000" height="30000"'))).toMatchObject({ code: "too_large" });
  });

  test("gzip data that unpacks without end is too_large, other gzip data wrong_type", async () => {
    expect(await failure(gzipSync(Buffer.alloc(40_000_000, 32)))).toMatchObject({ code: "too_large" });
    expect(await failure(gzipSync("notes"))).toMatchObject({ code: "wrong_type" });
  });
});

describe("options", () => {
  const photo = () =>
    rgb(
      Array.from({ length: 600 }, (_, at) => [at % 256, 90, 40]),
      30,
    )
      .png()
      .toBuffer();

  test.each([
    ["png", "png", "image/png"],
    ["jpeg", "jpg", "image/jpeg"],
    ["webp", "webp", "image/webp"],
    ["avif", "avif", "image/avif"],
    ["gif", "gif", "image/gif"],
    ["tiff", "tiff", "image/tiff"],
  ])("format %s", async (format, extension, type) => {
    const options = image.options.parse({ format });
    expect(image.resultName("cat", options)).toBe(`processed_cat.${extension}`);
    expect(image.resultType(options)).toBe(type);
    const { body, info } = await gray(await photo(), { format });
    expect((await sharp(body).metadata()).format).toBe(format === "avif" ? "heif" : format);
    expect(info).toMatchObject({ format, width: 30, height: 20 });
  });

  test.each([
    [{ width: 15 }, 15, 10],
    [{ height: 10 }, 15, 10],
    [{ width: 15, height: 15 }, 15, 10],
    [{ width: 15, height: 15, fit: "outside" }, 23, 15],
    [{ width: 15, height: 15, fit: "cover" }, 15, 15],
    [{ width: 15, height: 15, fit: "contain" }, 15, 15],
    [{ width: 15, height: 15, fit: "fill" }, 15, 15],
    [{ width: 60 }, 30, 20],
    [{ width: 60, enlarge: true }, 60, 40],
  ])("%j gives %i x %i", async (options, width, height) => {
    expect((await gray(await photo(), options)).info).toMatchObject({ width, height });
  });

  test("transparency becomes the background where the format cannot keep it", async () => {
    const clear = await rgb(Array(64).fill([0, 0, 0, 0]), 8, 4)
      .png()
      .toBuffer();
    expect((await samples((await gray(clear, { format: "jpeg" })).body))[0]).toBe(255);
    expect((await samples((await gray(clear, { format: "jpeg", background: 0 })).body))[0]).toBe(0);
  });

  test.each(["gif", "webp", "tiff"])("pages: all keeps the frames in %s", async (format) => {
    const frames = Uint8Array.from({ length: 3 * 64 * 3 }, (_, at) => (at < 192 ? 0 : at < 384 ? 120 : 255));
    const animation = await sharp(frames, { raw: { width: 8, height: 24, channels: 3, pageHeight: 8 } })
      .gif({ delay: [100, 200, 300] })
      .toBuffer();
    const { body, info } = await gray(animation, { pages: "all", format });
    expect(info).toMatchObject({ pages: 3, pages_kept: 3, height: 8 });
    const meta = await sharp(body, { pages: -1 }).metadata();
    expect(meta.pages).toBe(3);
    if (format !== "tiff") expect(meta.delay).toEqual([100, 200, 300]);
    const first = await gray(animation);
    expect(first.info).toMatchObject({ pages: 3, pages_kept: 1, height: 8 });
  });

  test("pages of different sizes cannot be kept together, the first alone can", async () => {
    const tiff = fixture("unequal-pages.tiff");
    expect(await failure(tiff, { pages: "all", format: "tiff" })).toMatchObject({ code: "unequal_pages" });
    expect((await gray(tiff)).info).toMatchObject({ pages: 2, width: 6, height: 4 });
  });

  test("pages: all with a format of one page is refused, and the error lists the formats with several", () => {
    expect(() => image.options.parse({ pages: "all" })).toThrow(/gif, webp, tiff/);
  });

  test("a wrong format lists the valid ones, an unknown option is named", () => {
    expect(() => image.options.parse({ format: "bmp" })).toThrow(/png.*jpeg.*webp.*avif.*gif.*tiff/);
    expect(() => image.options.parse({ colour: true })).toThrow(/colour/);
    expect(image.options.parse({})).toMatchObject({ format: "png", quality: 80, max_pixels: 100_000_000 });
  });
});

test("the same file gives the same bytes, and metadata is left behind", async () => {
  const source = await rgb(Array(100).fill([9, 99, 199]), 10)
    .withExif({ IFD0: { Copyright: "somebody" }, IFD3: { GPSLatitudeRef: "N" } })
    .jpeg()
    .toBuffer();
  const [first, second] = [await gray(source), await gray(source)];
  expect(first.body.equals(second.body)).toBe(true);
  expect(first.body.includes("somebody")).toBe(false);
  expect(first.summary).toBe("10 x 10 gray, 8 bit, png");
});

/** A gray TIFF of 8 x 8 pixels. */
function tiff({ bits = 8, compression = 1 }): Buffer {
  const pixels = Buffer.alloc(64, 0x55);
  const tags = [
    [256, 8],
    [257, 8],
    [258, bits],
    [259, compression],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 8],
    [279, pixels.length],
  ] as const;
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length);
  for (const [at, [tag, value]] of tags.entries()) {
    directory.writeUInt16LE(tag, 2 + at * 12);
    directory.writeUInt16LE(4, 4 + at * 12);
    directory.writeUInt32LE(1, 6 + at * 12);
    directory.writeUInt32LE(value, 10 + at * 12);
  }
  return Buffer.concat([Buffer.from("II*\0\x48\0\0\0", "latin1"), pixels, directory]);
}

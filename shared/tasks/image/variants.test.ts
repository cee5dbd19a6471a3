import { crc32, deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { sharp } from "../../media/picture/sharp.ts";
import { processHere } from "../inProcess.ts";
import { image } from "./index.ts";

/** Pictures that are sound and unusual. */

async function run(body: Uint8Array, options: object = {}) {
  const [outcome] = await processHere(image, [{ filename: "input", body }], options);
  if (outcome === undefined) throw new Error("there is no outcome");
  return outcome;
}

/** Samples of the result, gray and alpha where it has that. */
async function samples(body: Uint8Array, options: object = {}) {
  const outcome = await run(body, options);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.error}`);
  const picture = sharp(Buffer.from(outcome.body as Uint8Array));
  return [...(await picture.toColourspace("srgb").ensureAlpha().raw().toBuffer())].filter(
    (_, at) => at % 4 === 0 || at % 4 === 3,
  );
}

async function refusal(body: Uint8Array) {
  const outcome = await run(body);
  return outcome.ok ? "none" : `${outcome.code}: ${outcome.error}`;
}

const WIDTH = 16;
const pattern = (channels: 1 | 3 | 4) =>
  sharp(
    Uint8Array.from({ length: WIDTH * WIDTH * channels }, (_, at) => (at * 37) % 251),
    { raw: { width: WIDTH, height: WIDTH, channels } },
  );

test.each([
  ["baseline", {}],
  ["progressive", { progressive: true }],
  ["of one component", { chromaSubsampling: "4:4:4" as const }],
])("a %s JPEG that lacks the marker of its end alone has the pixels of the whole", async (_, options) => {
  const whole = await pattern(3)
    .withExif({ IFD0: { Artist: "x" } })
    .jpeg(options)
    .toBuffer();
  const expected = await samples(whole);
  expect(await samples(whole.subarray(0, -2))).toEqual(expected);
  expect(await samples(whole.subarray(0, -1))).toEqual(expected);
});

test.each([0.4, 0.7, 0.95])("a JPEG of which the share %f is there is corrupt_file", async (share) => {
  const whole = await pattern(3).jpeg({ quality: 100 }).toBuffer();
  expect(await refusal(whole.subarray(0, Math.floor(whole.length * share)))).toMatch(
    /^corrupt_file: .*damaged or cut off/,
  );
});

/** A BMP with a header of `size` bytes before `content`. */
function bmp({ size = 40, side = WIDTH, bits = 0, compression = 0 }, content: Buffer): Buffer {
  const header = Buffer.alloc(14 + size);
  header.write("BM");
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(size, 14);
  header.writeInt32LE(side, 18);
  header.writeInt32LE(side, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  return Buffer.concat([header, content]);
}

test.each([
  ["PNG", 5, () => pattern(3).png().toBuffer()],
  ["JPEG", 4, () => pattern(3).jpeg().toBuffer()],
])("a BMP with a %s inside is read", async (_, compression, make) => {
  const inside = await make();
  expect(await samples(bmp({ compression }, inside))).toEqual(await samples(inside));
  const outcome = await run(bmp({ compression }, inside));
  expect(outcome).toMatchObject({ info: { source: { format: "bmp" } } });
});

test("a BMP of OS/2 with RLE24 is read", async () => {
  const runs = Buffer.from([
    ...[3, 0, 0, 255, 1, 255, 255, 255, 0, 0],
    ...[0, 3, 0, 255, 0, 255, 0, 0, 9, 9, 9, 0, 1, 7, 7, 7, 0, 1],
  ]);
  const picture = bmp({ size: 64, side: 4, bits: 24, compression: 4 }, runs);
  const rows = (await samples(picture)).filter((_, at) => at % 2 === 0);
  expect(rows.slice(8)).toEqual([150, 29, 9, 7, 76, 76, 76, 255]);
  expect(rows.slice(0, 8)).toEqual(Array(8).fill(0));
});

test.each([
  ["Huffman compression", { size: 64, bits: 1, compression: 3 }],
  ["64 bits a pixel", { bits: 64 }],
])("a BMP with %s is not supported, by name", async (name, shape) => {
  expect(await refusal(bmp(shape, Buffer.alloc(4096)))).toBe(
    `unsupported_format: BMP with ${name} images are not supported. Convert the file to one of JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG, BMP, ICO and PNM.`,
  );
});

/** EXIF data with an orientation, as a text of hexadecimal digits. */
function rawProfile(orientation: number, order: "II" | "MM"): string {
  const tiff =
    order === "II"
      ? `49492a0008000000010012010300010000000${orientation}00000000000000`
      : `4d4d002a0000000800010112000300000001000${orientation}000000000000`;
  const digits = `457869660000${tiff}`;
  return `\nexif\n${String(digits.length / 2).padStart(8)}\n${digits.slice(0, 72)}\n${digits.slice(72)}\n`;
}

function withChunk(png: Buffer, name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([png.subarray(0, 33), length, body, sum, png.subarray(33)]);
}

const KEY = Buffer.from("Raw profile type exif\0");
test.each([
  ["zTXt", (text: string) => Buffer.concat([KEY, Buffer.from([0]), deflateSync(text)])],
  ["tEXt", (text: string) => Buffer.concat([KEY, Buffer.from(text)])],
  ["iTXt", (text: string) => Buffer.concat([KEY, Buffer.from([1, 0, 0, 0]), deflateSync(text)])],
])("a PNG with EXIF as ImageMagick wrote it in %s is turned upright", async (name, data) => {
  const png = await sharp(Uint8Array.from([0, 100, 200, 250]), { raw: { width: 4, height: 1, channels: 1 } })
    .png()
    .toBuffer();
  for (const order of ["II", "MM"] as const) {
    const turned = withChunk(png, name, data(rawProfile(3, order)));
    expect((await samples(turned)).filter((_, at) => at % 2 === 0)).toEqual([250, 200, 100, 0]);
    expect(await run(turned)).toMatchObject({ info: { source: { orientation: 3 } } });
  }
});

test("a PNG with EXIF behind its pixels is turned upright", async () => {
  const png = await sharp(Uint8Array.from([0, 100, 200, 250]), { raw: { width: 4, height: 1, channels: 1 } })
    .png()
    .toBuffer();
  const exif = Buffer.from("4d4d002a00000008000101120003000000010003000000000000", "hex");
  const first = withChunk(png, "eXIf", exif);
  const chunk = first.subarray(33, 33 + exif.length + 12);
  const end = png.length - 12;
  for (const turned of [first, Buffer.concat([png.subarray(0, end), chunk, png.subarray(end)])]) {
    expect(await run(turned)).toMatchObject({ info: { source: { orientation: 3 } } });
    expect((await samples(turned)).filter((_, at) => at % 2 === 0)).toEqual([250, 200, 100, 0]);
  }
});

test.each(["\nexif\n 4\nzzzz", "\nexif\n 99999999\n4949", `\nexif\n 30\n${"49492a00ffffffff"}`, ""])(
  "damaged EXIF %j in the text of a PNG is passed over",
  async (text) => {
    const png = withChunk(await pattern(1).png().toBuffer(), "tEXt", Buffer.concat([KEY, Buffer.from(text)]));
    expect(await run(png)).toMatchObject({ ok: true, info: { source: { orientation: 1 } } });
  },
);

/** An animation on a canvas of 4 x 1 pixels whose first frame covers `width` of them. */
function gif(width: number, frames: number): Buffer {
  const head = Buffer.from("GIF89a\x04\0\x01\0\x80\0\0\x10\x10\x10\xff\xff\xff", "latin1");
  const frame = Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, width, 0, 1, 0, 0]);
  // Codes of 3 bits: clear, as many signs of the second colour, end.
  const codes = width === 4 ? [0x8c, 0x2d, 0x09] : [0x4c, 0x0a];
  const data = Buffer.from([2, codes.length, ...codes, 0]);
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(Buffer.concat([frame, data])), Buffer.from(";")]);
}

test("what the first frame of a GIF leaves open is transparent", async () => {
  const values = await samples(gif(2, 1));
  expect(values.filter((_, at) => at % 2 === 1)).toEqual([255, 255, 0, 0]);
  expect(await run(gif(2, 1))).toMatchObject({ info: { pages: 1, has_alpha: true } });
  expect(await run(gif(2, 3), { pages: "all", format: "gif" })).toMatchObject({
    info: { pages: 3, pages_kept: 3 },
  });
});

/** A TIFF of 16 x 16 pixels in one tile for each plane. */
function planarTiles(): Buffer {
  const planes = Buffer.alloc(3 * 256, 0x40);
  const tags = [
    [256, 16],
    [257, 16],
    [258, 8],
    [259, 1],
    [262, 2],
    [277, 3],
    [284, 2],
    [322, 16],
    [323, 16],
  ] as const;
  const at = 8 + planes.length;
  const lists = at + 2 + (tags.length + 2) * 12 + 4;
  const directory = Buffer.alloc(2 + (tags.length + 2) * 12 + 4 + 24);
  directory.writeUInt16LE(tags.length + 2);
  const entries = [
    ...tags.map(([tag, value]) => [tag, 1, value] as const),
    [324, 3, lists] as const,
    [325, 3, lists + 12] as const,
  ];
  for (const [index, [tag, count, value]] of entries.entries()) {
    directory.writeUInt16LE(tag, 2 + index * 12);
    directory.writeUInt16LE(4, 4 + index * 12);
    directory.writeUInt32LE(count, 6 + index * 12);
    directory.writeUInt32LE(value, 10 + index * 12);
  }
  for (const plane of [0, 1, 2]) {
    directory.writeUInt32LE(8 + 256 * plane, directory.length - 24 + plane * 4);
    directory.writeUInt32LE(256, directory.length - 12 + plane * 4);
  }
  const head = Buffer.alloc(8);
  head.write("II*\0", "latin1");
  head.writeUInt32LE(at, 4);
  return Buffer.concat([head, planes, directory]);
}

test("a TIFF in tiles with a plane for each colour is not supported, and says so", async () => {
  expect(await refusal(planarTiles())).toMatch(
    /^unsupported_format: This variant of TIFF cannot be read \(decoder: tiled separate planes not supported\)/,
  );
});

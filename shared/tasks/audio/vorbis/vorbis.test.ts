import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { levelsOf, measured, outcomeOf, recording } from "../../../../tests/fixtures/measuredAudio.ts";
import { changedPages, renumbered, withPageChecksum } from "../../../../tests/fixtures/ogg.ts";
import * as made from "../../../../tests/fixtures/vorbis.ts";
import { readContainer } from "../containers/read.ts";
import { CosineTransform } from "./cosine.ts";

/** Figures of `ffmpeg -cpuflags 0 -f f64le`: RMS, least and largest sample, RMS of each channel. */
const FIGURES: Readonly<Record<string, readonly number[]>> = {
  "two.ogg": [0.179662, -0.450905, 0.477249, 0.088553, 0.23815],
  "one.ogg": [0.173119, -0.53831, 0.47356, 0.173119],
  "six.ogg": [0.197389, -0.429787, 0.419888, 0.284711, 0.211877, 0.071289, 0.038401, 0.139183, 0.28617],
  "two-native.ogg": [0.162125, -0.865635, 0.530454, 0.088396, 0.211554],
  "two-page.oga": [0.170396, -0.607334, 0.668144, 0.087692, 0.224454],
};

test.each([
  ["two.ogg", 8_000, 800],
  ["one.ogg", 48_000, 4_800],
  ["six.ogg", 48_000, 4_800],
  ["two-native.ogg", 44_100, 4_416],
  ["two-page.oga", 16_000, 1_598],
])("%s has the samples that ffmpeg decodes, in the order of WAV files", async (name, rate, frames) => {
  const result = await measured(await recording(name));
  expect(result).toMatchObject({
    ...{ format: "ogg", container: "Ogg", encoding: "vorbis", bits_per_sample: 0, decoded: true, frames },
    ...{ sample_rate: rate, truncated: false, warnings: [] },
  });
  expect(result.duration_seconds).toBeCloseTo(frames / rate, 12);
  expectLevels(levelsOf(result), FIGURES[name] ?? []);
});

function expectLevels(levels: readonly number[], figures: readonly number[]): void {
  expect(levels).toHaveLength(figures.length);
  for (const [at, figure] of figures.entries())
    expect(Math.abs((levels[at] ?? Number.NaN) - figure)).toBeLessThan(2e-6);
}

test("each sample is that of ffmpeg", async () => {
  const samples = await decoded(await recording("two.ogg"));
  const reference = await recording("two-ogg.s16");
  expect(samples).toHaveLength(reference.length / 2);
  const far = samples.filter(
    (sample, at) => Math.abs(sample - reference.readInt16LE(2 * at) / 32_768) > 2 ** -15,
  );
  expect(far).toEqual([]);
});

/** The samples of a recording, interleaved. */
async function decoded(body: Buffer): Promise<number[]> {
  const slice = async (at: number, length: number) => body.subarray(at, at + length);
  const sha256 = createHash("sha256").update(body).digest("hex");
  const wav = await readContainer({
    ...{ filename: "take 1", bytes: body.length, sha256, slice },
    read: async () => body,
  });
  const samples: number[] = [];
  for await (const { channels, frames } of wav?.packed?.blocks({ truncated: false, warnings: [] }) ?? [])
    for (let i = 0; i < frames; i += 1) samples.push(...channels.map((plane) => plane[i] ?? Number.NaN));
  return samples;
}

test("texts are metadata, and speakers are those of the order", async () => {
  expect(await measured(await recording("two.ogg"))).toMatchObject({
    metadata: { info: { title: "A tone" } },
  });
  expect(await measured(await recording("six.ogg"))).toMatchObject({ channel_mask: 0x3f });
});

/** Figures of ffmpeg, and of libvorbis for the list of vectors, which ffmpeg does not read. */
test.each([
  [0, 1, [0.0103409, -0.0748449, 0.076382]],
  [1, 1, [0.0387317, -0.2914426, 0.2531274]],
  [2, 1, [0.0090601, -0.0748493, 0.0471072]],
  [2, 2, [0.0090601, -0.0748493, 0.0471072]],
] as const)(
  "floor 0 with residue %i and vectors of kind %i is decoded",
  async (residue, vectors, figures) => {
    const packets = Array.from({ length: 20 }, (_, at) => made.noisePacket(at * 7 + residue, 80));
    const setup = made.setupPacket({ residue, books: made.bookList(vectors) });
    const result = await measured(
      made.vorbisFile({ head: made.headPacket(1), setup, packets, end: 19 * 128 - 30 }),
    );
    expect(result).toMatchObject({ frames: 19 * 128 - 30, truncated: false, warnings: [] });
    expectLevels(levelsOf(result).slice(0, 3), figures);
  },
);

test.each([32, 256])("the transform of %i numbers is the sum of cosines", (length) => {
  const input = Float64Array.from({ length }, (_, at) => Math.sin(at * at));
  const output = new Float64Array(length);
  new CosineTransform(length).transform(input, output);
  for (const [n, value] of output.entries()) {
    const sum = input.reduce(
      (all, x, k) => all + x * Math.cos((Math.PI / length) * (n + 0.5) * (k + 0.5)),
      0,
    );
    expect(value).toBeCloseTo(sum, 9);
  }
});

/** Adds to the positions of pages. */
function moved(name: string, offset: (page: Buffer) => number): Promise<Buffer> {
  return changedPages(name, (pages) => {
    for (const page of pages.slice(2)) {
      page.writeBigInt64LE(page.readBigInt64LE(6) + BigInt(offset(page)), 6);
      withPageChecksum(page);
    }
    return pages;
  });
}

const isLast = (page: Buffer) => ((page[5] ?? 0) & 4) !== 0;

describe("positions", () => {
  test("the last page cuts the recording within a packet", async () => {
    const result = await measured(await moved("one.ogg", (page) => (isLast(page) ? -20 : 0)));
    expect(result).toMatchObject({ frames: 4_780, warnings: [] });
  });

  test("samples before the position 0 are cut off", async () => {
    const [whole, cut] = [
      await decoded(await recording("one.ogg")),
      await decoded(await moved("one.ogg", () => -100)),
    ];
    expect(cut).toEqual(whole.slice(100));
  });

  test("a stream that was cut out of a long one is whole, although its positions are late", async () => {
    const result = await measured(await moved("one.ogg", () => 9_000_000));
    expect(result).toMatchObject({ frames: 4_800, truncated: false, warnings: [] });
  });

  test("a position at the end that is before the one of the page before cuts nothing off", async () => {
    const result = await measured(await moved("one.ogg", (page) => (isLast(page) ? -4_000 : 0)));
    expect(Number(result.frames)).toBeGreaterThanOrEqual(4_800);
  });
});

describe("damaged Vorbis", () => {
  test("a file that is cut off is measured up to its end, and says so", async () => {
    const body = await recording("one.ogg");
    const result = await measured(body.subarray(0, body.length - 300));
    expect(result).toMatchObject({ truncated: true, warnings: [expect.stringContaining("cut short")] });
    expect(Number(result.frames)).toBeGreaterThan(3_000);
  });

  test("a packet that is not of sound is left out, and told", async () => {
    const packets = Array.from({ length: 20 }, (_, at) => made.noisePacket(at));
    const [head, setup] = [made.headPacket(1), made.setupPacket()];
    const result = await measured(
      made.vorbisFile({ head, setup, packets: packets.with(5, Buffer.of(1, 2, 3)), end: 5_000 }),
    );
    expect(result.frames).toBe(18 * 128);
    expect(result.warnings).toEqual([expect.stringContaining("Damaged packets that were left out: 1")]);
  });

  test("a recording behind the first one is told", async () => {
    const one = await recording("one.ogg");
    const both = await measured(Buffer.concat([one, await recording("two.ogg")]));
    expect(both.frames).toBe(4_800);
    expect(both.warnings).toEqual([
      expect.stringContaining("behind the first one, which were not measured: 1"),
    ]);
  });

  test("a packet that ends early has the sound of its bits", async () => {
    const packets = Array.from({ length: 20 }, (_, at) => made.noisePacket(at, 1 + at));
    const file = made.vorbisFile({
      ...{ head: made.headPacket(1), setup: made.setupPacket(), packets, end: 19 * 128 },
    });
    expect(await measured(file)).toMatchObject({ frames: 19 * 128, warnings: [] });
  });

  const even = (entries: number, dimensions: number, length: number) =>
    made.writeBook({ entries, dimensions, lengths: made.evenLengths(length) });
  const lengths = (...all: readonly number[]) =>
    made.writeBook({
      ...{ dimensions: 1, entries: all.length },
      lengths: (to) => to.all([0, 2], ...all.map((length) => [length - 1, 5] as const)),
    });

  test.each([
    ["codes that are too many for their lengths", "corrupt_file", [lengths(1, 1, 1)]],
    ["codes that leave words without a meaning", "corrupt_file", [lengths(2, 2, 2)]],
    ["a code without end", "corrupt_file", [even(3, 1, 1)]],
    ["millions of entries", "too_large", [even(2 ** 22, 1, 22)]],
    ["thousands of dimensions", "too_large", [even(2, 9_000, 1)]],
    [
      "a codebook without vectors for the sound",
      "corrupt_file",
      [even(4, 2, 2), even(4, 2, 2), even(4, 2, 2)],
    ],
    ["no books for its parts", "corrupt_file", [lengths(1, 1)]],
  ])("a setup with %s ends with %s", async (_, code, books) => {
    const setup = made.setupPacket({ books });
    const outcome = await outcomeOf(
      made.vorbisFile({ head: made.headPacket(1), setup, packets: [made.noisePacket(1)], end: 0 }),
    );
    expect(outcome.ok ? "ok" : outcome.code).toBe(code);
  });

  test("a setup that ends anywhere ends with corrupt_file", async () => {
    const setup = made.setupPacket();
    for (let bytes = 0; bytes < setup.length; bytes += 1) {
      const file = made.vorbisFile({
        ...{ head: made.headPacket(1), setup: setup.subarray(0, bytes), packets: [], end: 0 },
      });
      const outcome = await outcomeOf(file);
      expect([bytes, outcome.ok ? "ok" : outcome.code]).toEqual([bytes, "corrupt_file"]);
    }
  });

  test.each([
    ["no channels", made.headPacket(0)],
    ["short blocks that are longer than the long ones", made.headPacket(1, [9, 8])],
    ["blocks of 32,768 samples", made.headPacket(1, [8, 15])],
    ["an end after the first bytes", made.headPacket(1).subarray(0, 20)],
  ])("a head with %s ends with corrupt_file", async (_, head) => {
    const outcome = await outcomeOf(
      made.vorbisFile({ head, setup: made.setupPacket(), packets: [made.noisePacket(1)], end: 0 }),
    );
    expect(outcome.ok ? "ok" : outcome.code).toBe("corrupt_file");
  });

  test("packets that are no sound at all end with corrupt_file", async () => {
    const packets = Array.from({ length: 240 }, () => Buffer.of(1));
    const outcome = await outcomeOf(
      made.vorbisFile({ head: made.headPacket(1), setup: made.setupPacket(), packets, end: 0 }),
    );
    expect(outcome.ok ? "ok" : outcome.code).toBe("corrupt_file");
  });

  test("a page that is missing is told", async () => {
    const body = await changedPages("one.ogg", (pages) => pages.toSpliced(4, 1));
    expect((await measured(body)).warnings).toEqual([expect.stringContaining("packets are missing: 1")]);
    const same = await changedPages("one.ogg", (pages) => pages.map((page, at) => renumbered(page, at)));
    expect((await measured(same)).warnings).toEqual([]);
  });
});

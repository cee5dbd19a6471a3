import { describe, expect, test } from "vitest";
import { levelsOf, measured, outcomeOf, recording } from "../../../../tests/fixtures/measuredAudio.ts";
import { changedPages, renumbered, withPageChecksum } from "../../../../tests/fixtures/ogg.ts";

import { samplesOf } from "./opusHead.ts";

/** Figures of `ffmpeg -c:a libopus -f f64le`: RMS, least and largest sample, RMS of each channel. */
const FIGURES = {
  "two.opus": [0.096468, -0.654083, 0.61673, 0.04889, 0.127366],
  "one.opus": [0.107838, -0.403595, 0.351471, 0.107838],
  "six.opus": [0.190416, -0.47287, 0.421112, 0.287832, 0.206774, 0.063717, 0.033816, 0.129007, 0.264765],
} as const;

test.each([
  ["two.opus", "opus", 48_000, 14_400],
  ["one.opus", "opus", 48_000, 4_800],
  ["six.opus", "opus", 48_000, 4_800],
] as const)(
  "%s has the samples that libopus decodes, in the order of WAV files",
  async (name, encoding, rate, frames) => {
    const result = await measured(await recording(name));
    expect(result).toMatchObject({
      ...{ format: "ogg", container: "Ogg", encoding, bits_per_sample: 0, decoded: true, frames },
      ...{ sample_rate: rate, duration_seconds: frames / rate, truncated: false, warnings: [] },
    });
    const levels = levelsOf(result);
    expect(levels).toHaveLength(FIGURES[name].length);
    for (const [at, figure] of FIGURES[name].entries())
      expect(Math.abs((levels[at] ?? Number.NaN) - figure)).toBeLessThan(1e-4);
  },
);

test("FLAC in Ogg has the samples that were encoded", async () => {
  const result = await measured(await recording("two-flac.oga"));
  expect(result).toMatchObject({ container: "Ogg", encoding: "flac", frames: 800, warnings: [] });
  expect(result).toMatchObject({
    rms: expect.closeTo(0.17469913, 7),
    metadata: { info: { title: "A tone" } },
  });
});

test("texts are metadata, and speakers are those of the order", async () => {
  expect(await measured(await recording("two.opus"))).toMatchObject({
    metadata: { info: { title: "A tone" } },
  });
  expect(await measured(await recording("six.opus"))).toMatchObject({ channel_mask: 0x3f });
});

test("the output gain of Opus is a factor of all samples", async () => {
  const louder = await changedPages("two.opus", ([first, ...others]) => {
    first?.writeInt16LE(256 * 6, 28 + 16);
    return [withPageChecksum(first ?? Buffer.alloc(0)), ...others];
  });
  const [plain, gained] = [await measured(await recording("two.opus")), await measured(louder)];
  expect(Number(gained.rms_dbfs) - Number(plain.rms_dbfs)).toBeCloseTo(6, 6);
});

test("the last page of Opus cuts the recording within a packet", async () => {
  const shorter = await changedPages("two.opus", (pages) => {
    const last = pages.at(-1) ?? Buffer.alloc(0);
    last.writeBigInt64LE(last.readBigInt64LE(6) - 1_234n, 6);
    withPageChecksum(last);
    return pages;
  });
  expect(await measured(shorter)).toMatchObject({ frames: 14_400 - 1_234, warnings: [] });
});

test("a stream that was cut out of a long one is measured, although its positions are late", async () => {
  const pages = 40;
  const cut = await changedPages("two.opus", ([head, texts, sound = Buffer.alloc(0)]) => {
    const samples = 960 * (sound[26] ?? 0);
    const copies = Array.from({ length: pages }, (_, at) => {
      const page = Buffer.from(sound);
      page[5] = at === pages - 1 ? 4 : 0;
      page.writeBigInt64LE(BigInt(200_000_000 + (at + 1) * samples), 6);
      return renumbered(page, at + 2);
    });
    return [head ?? sound, texts ?? sound, ...copies];
  });
  const result = await measured(cut);
  expect(result).toMatchObject({ truncated: false, warnings: [] });
  expect(Number(result.duration_seconds)).toBeCloseTo(pages * 0.32, 1);
});

describe("damaged Ogg files", () => {
  test("a file whose sound is in damaged pages ends with corrupt_file", async () => {
    const body = await changedPages("two-flac.oga", (pages) => {
      const page = pages.at(-1) ?? Buffer.alloc(0);
      page[60] = (page[60] ?? 0) ^ 1;
      return pages;
    });
    const outcome = await outcomeOf(body);
    expect(outcome.ok ? "ok" : outcome.code).toBe("corrupt_file");
  });

  test("a damaged page is left out, and told", async () => {
    const body = await changedPages("two.opus", ([head, texts, sound = Buffer.alloc(0)]) => {
      const [first, second] = halves(sound);
      first[80] = (first[80] ?? 0) ^ 1;
      return [head ?? first, texts ?? first, first, second];
    });
    const { warnings } = await measured(body);
    expect(warnings).toEqual(expect.arrayContaining(["Damaged pages that were left out: 1."]));
  });

  test("a page of a false length that reaches beyond the end of the file is left out, too", async () => {
    const body = await changedPages("two.opus", ([head, texts, sound = Buffer.alloc(0)]) => {
      const [first, second] = halves(sound);
      const long = Buffer.from(first);
      // The lengths of its segments: 255 each.
      long.fill(255, 27, 27 + (long[26] ?? 0));
      return [head ?? first, texts ?? first, first, renumbered(long, 3), renumbered(second, 4)];
    });
    const result = await measured(body);
    expect(result.frames).toBe(14_400);
    expect(result).toMatchObject({ truncated: false });
    expect(result.warnings).toContainEqual("Damaged pages that were left out: 1.");
  });

  test("a missing page is told", async () => {
    const body = await changedPages("two.opus", ([head, texts, sound]) => {
      const [first, second] = halves(sound ?? Buffer.alloc(0));
      return [head, texts, first, Buffer.from("stray"), renumbered(second, 4)].map(
        (page) => page ?? Buffer.alloc(0),
      );
    });
    const result = await measured(body);
    expect(result.warnings).toEqual([
      "Places where packets are missing: 1; what follows is earlier than it was.",
      "Bytes between the pages that were passed over: 5.",
    ]);
  });

  test("a file that is cut off is measured up to its end, and says so", async () => {
    const body = await changedPages("two.opus", ([head, texts, sound]) => {
      const [first, second] = halves(sound ?? Buffer.alloc(0));
      return [head ?? first, texts ?? first, first, second.subarray(0, 40)];
    });
    const result = await measured(body);
    expect(result).toMatchObject({ truncated: true, warnings: [expect.stringContaining("cut short")] });
    expect(Number(result.frames)).toBeGreaterThan(1_000);
  });

  test("a recording behind the first one is told", async () => {
    const one = await recording("one.opus");
    const [alone, both] = [
      await measured(one),
      await measured(Buffer.concat([one, await recording("two.opus")])),
    ];
    expect(both).toMatchObject({ frames: alone.frames, rms: alone.rms });
    expect(both.warnings).toEqual([
      expect.stringContaining("behind the first one, which were not measured: 1"),
    ]);
  });

  test.each([
    ["pages without packets alone", () => Buffer.concat(Array(10_000).fill(withPageChecksum(emptyPage())))],
    ["a head alone", async () => await changedPages("two.opus", (pages) => pages.slice(0, 1))],
    ["no channels", () => head((page) => page.writeUInt8(0, 28 + 9))],
    ["a later version", () => head((page) => page.writeUInt8(0x20, 28 + 8))],
  ])("%s end with a code", async (_, make) => {
    const outcome = await outcomeOf(await make());
    expect(outcome.ok ? "ok" : outcome.code).toMatch(/^(corrupt_file|wrong_type)$/);
  });

  test("packets that are no Opus end with corrupt_file", async () => {
    const body = await changedPages("two.opus", ([first = Buffer.alloc(0), texts = first]) => [
      ...[first, texts],
      ...Array.from({ length: 300 }, (_, at) => packetPage(first.readUInt32LE(14), at + 2)),
    ]);
    const outcome = await outcomeOf(body);
    expect(outcome.ok ? "ok" : outcome.code).toBe("corrupt_file");
  });
});

test("packets that damage the memory of libopus end in a result or in corrupt_file", async () => {
  expect(await measured(await recording("trap-free.opus"))).toMatchObject({ decoded: true });
  const outcome = await outcomeOf(await recording("trap-decode.opus"));
  expect(outcome.ok ? "ok" : outcome.code).toBe("corrupt_file");
});

function head(change: (page: Buffer) => void): Promise<Buffer> {
  return changedPages("two.opus", (pages) => {
    const [first] = pages;
    if (first === undefined) return pages;
    change(first);
    withPageChecksum(first);
    return pages;
  });
}

function emptyPage(): Buffer {
  const page = Buffer.alloc(27);
  page.write("OggS");
  return page;
}

/** A page with a packet that states no frames. */
function packetPage(serial: number, sequence: number): Buffer {
  const page = Buffer.concat([emptyPage(), Buffer.from([2, 3, 0])]);
  page[26] = 1;
  page.writeUInt32LE(serial, 14);
  page.writeUInt32LE(sequence, 18);
  return withPageChecksum(page);
}

/** The first and the second half of the packets of a page, each in a page. */
function halves(page: Buffer): [Buffer, Buffer] {
  const lacing = page.subarray(27, 27 + (page[26] ?? 0));
  const body = page.subarray(27 + lacing.length);
  const middle = lacing.length >> 1;
  const bytes = lacing.subarray(0, middle).reduce((sum, length) => sum + length, 0);
  const pageOf = (from: number, to: number, part: Buffer) => {
    const made = Buffer.concat([page.subarray(0, 27), lacing.subarray(from, to), part]);
    made[26] = to - from;
    return made;
  };
  const first = pageOf(0, middle, body.subarray(0, bytes));
  first[5] = (first[5] ?? 0) & ~4;
  first.writeBigInt64LE(BigInt(middle * 960), 6);
  return [withPageChecksum(first), renumbered(pageOf(middle, lacing.length, body.subarray(bytes)), 3)];
}

test.each([
  [[0x00], 480],
  [[0x19], 5_760],
  [[0x80], 120],
  [[0x9a], 1_920],
  [[0x7c], 960],
  [[0xff, 0x86], 5_760],
  [[0xff, 0x87], 0],
  [[], 0],
])("a packet of Opus that begins with %j has %i samples", (bytes, samples) => {
  expect(samplesOf(Buffer.from(bytes))).toBe(samples);
});

import { expect, test } from "vitest";
import { constantFrame, flacHead, withChecksum } from "../../../../tests/fixtures/flac.ts";
import { measured, outcomeOf, recording } from "../../../../tests/fixtures/measuredAudio.ts";
import { crc8 } from "./crc.ts";

/** Figures of `ffmpeg -f f64le`: RMS, least and largest sample, RMS of the second channel. */
const EXACT = [0.17469913, -0.39944458, 0.39962769, 0.23071725];
const BYTES = [0.1748216, -0.3984375, 0.3984375, 0.2308716];
const WASTED = [0.17470072, -0.39990234, 0.39941406, 0.23072536];
const SIX = [0.19764117, -0.3999939, 0.3999939, 0.21131037];

// No warning: the decoder has compared the MD5 of all samples with that of the encoder.
test.each([
  ["two-s8.flac", 8, 2, BYTES],
  ["two-s16.flac", 16, 2, EXACT],
  ["two-s24.flac", 24, 2, EXACT],
  ["two-s32.flac", 32, 2, EXACT],
  ["two-fixed.flac", 16, 2, EXACT],
  ["two-mid-side.flac", 16, 2, EXACT],
  ["two-order-32.flac", 16, 2, EXACT],
  ["two-verbatim.flac", 16, 2, EXACT],
  ["two-streamed.flac", 16, 2, EXACT],
  ["two-wasted.flac", 16, 2, WASTED],
  ["six.flac", 16, 6, SIX],
] as const)("%s has the samples that were encoded", async (name, bits, channels, figures) => {
  const result = await measured(await recording(name));
  expect(result).toMatchObject({
    ...{ format: "flac", container: "FLAC", encoding: "flac", bits_per_sample: bits, decoded: true },
    ...{ sample_width: Math.ceil(bits / 8), sample_rate: 8_000, channels, frames: 800 },
    ...{ duration_seconds: 0.1, truncated: false, warnings: [] },
  });
  const levels = result.per_channel;
  const second: unknown = Array.isArray(levels) ? levels[1]?.rms : undefined;
  for (const [at, got] of [result.rms, result.min, result.max, second].entries())
    expect(Math.abs(Number(got) - (figures[at] ?? Number.NaN))).toBeLessThan(1e-7);
});

test("a file whose header does not say how long it is has the waveform of one that says it", async () => {
  const [streamed, whole] = [await recording("two-streamed.flac"), await recording("two-s16.flac")];
  const points = { waveform_points: 7 };
  expect((await measured(streamed, points)).waveform).toEqual((await measured(whole, points)).waveform);
});

test("texts and the list of blocks are metadata", async () => {
  expect(await measured(await recording("two-s16.flac"))).toMatchObject({
    metadata: {
      info: { title: "A tone", artist: "Tønes" },
      chunks: [{ id: "STREAMINFO", bytes: 34 }, { id: "VORBIS_COMMENT" }, { id: "PADDING" }],
    },
  });
});

test("an ID3 tag before the file and one behind it are passed over", async () => {
  const body = await recording("two-s8.flac");
  const [before, after] = [Buffer.from("ID3\x04\0\0\0\0\0\x05.....", "latin1"), Buffer.alloc(128)];
  after.write("TAG");
  expect(await measured(Buffer.concat([before, body, after]))).toMatchObject({ frames: 800, warnings: [] });
});

const changed = async (name: string, change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(await recording(name));
  change(bytes);
  return bytes;
};

test("a damaged frame is left out, and told", async () => {
  const body = await changed("two-mid-side.flac", (bytes) => {
    bytes[1_500] = (bytes[1_500] ?? 0) ^ 0x10;
  });
  const result = await measured(body);
  expect(result).toMatchObject({ frames: 736, truncated: false });
  expect(result.warnings).toEqual([
    "1 damaged frame was left out: what follows is earlier than it was.",
    "The header says 800 samples of each channel; the frames have 736.",
  ]);
});

test("bytes between frames are passed over, and told", async () => {
  const body = await recording("two-s8.flac");
  const result = await measured(Buffer.concat([body, Buffer.alloc(1_000, 0xff)]));
  expect(result).toMatchObject({ frames: 800, truncated: false });
  expect(result.warnings).toEqual(["1000 bytes were passed over, which are no frames of this recording."]);
});

test("a file that is cut off is measured up to its end, with the waveform of that", async () => {
  const body = await recording("two-mid-side.flac");
  const result = await measured(body.subarray(0, 1_500), { waveform_points: 4 });
  expect(result.truncated).toBe(true);
  expect(result.warnings).toEqual([expect.stringMatching(/cut short: \d+ of 800 samples/)]);
  expect(Number(result.frames)).toBeLessThan(800);
  const { min, max } = result.waveform as { min: number[]; max: number[] };
  expect([...min, ...max].every((value) => typeof value === "number" && Math.abs(value) <= 0.4)).toBe(true);
});

test("a file that is longer than its header says is measured whole", async () => {
  const [low, high] = [constantFrame(1, 1_000), constantFrame(1, 2_000)];
  const body = Buffer.concat([flacHead({ channels: 1, frames: 10 }), low, high]);
  const result = await measured(body, { waveform_points: 2 });
  expect(result).toMatchObject({ frames: 131_072, min: 1_000 / 32_768, max: 2_000 / 32_768 });
  expect(result.waveform).toMatchObject({ min: [0.03052, 0.06104] });
  expect(result.warnings).toEqual(["The header says 10 samples of each channel; the frames have 131072."]);
});

test("a false head that asks for more bytes than the file has does not make it one that was cut off", async () => {
  const good = constantFrame(1, 1_000);
  // A head, and a subframe of 65,536 plain samples.
  const falseHead = Buffer.concat([good.subarray(0, 8), Buffer.from([2])]);
  const result = await measured(Buffer.concat([flacHead({ channels: 1 }), good, falseHead, good]));
  expect(result).toMatchObject({ frames: 131_072, truncated: false });
  expect(JSON.stringify(result.warnings)).not.toContain("cut short");
});

test("samples that are not those of the encoder are told", async () => {
  const body = await changed("two-s8.flac", (bytes) => bytes.fill(7, 26, 30));
  expect((await measured(body)).warnings).toEqual([expect.stringContaining("MD5")]);
});

test("frames of another format than the header states are told", async () => {
  const [mono, stereo] = [constantFrame(1, 100), constantFrame(2, 100)];
  const result = await measured(Buffer.concat([flacHead({ channels: 1 }), mono, stereo, mono]));
  expect(result).toMatchObject({ frames: 131_072, channels: 1 });
  expect(result.warnings).toEqual([expect.stringContaining(`${stereo.length} bytes were passed over`)]);
});

/** A mono frame of 16 samples of 16 bits with these bytes as its subframe. */
function frameOf(...subframe: number[]): Buffer {
  const head = Buffer.from([0xff, 0xf8, 0x60, 0x08, 0, 15]);
  return withChecksum(Buffer.from([...head, crc8(head, 0, head.length), ...subframe]));
}

test.each([
  ["a reserved bit", [0x80, 0, 0]],
  ["a reserved kind of subframe", [0x20, 0, 0]],
  ["more unused bits than a sample has", [0x01, 0, 0, 0, 0x80]],
  ["a predictor longer than the frame", [0x40 | (31 << 1), ...Array(80).fill(0)]],
  ["a predictor of a negative shift", [0x40, 0, 0, 0x0f, 0x80, 0, 0, 0, 0]],
  ["a reserved coding of residuals", [0x10, 0x80, 0, 0]],
  ["more partitions than samples", [0x10, 0x3c, 0, 0, 0]],
])("a frame with %s is no frame", async (_, subframe) => {
  const outcome = await outcomeOf(
    Buffer.concat([flacHead({ channels: 1, frames: 16 }), frameOf(...subframe)]),
  );
  expect(outcome.ok ? "ok" : outcome.code).toBe("corrupt_file");
});

test("residuals that are no Rice codes are read", async () => {
  // Order 0; one partition, escaped, of residuals of 2 bits: 1, 0, -1, -2 and so on.
  const escaped = frameOf(0x10, 0x03, 0xc4, ...Array(4).fill(0x9c));
  const result = await measured(Buffer.concat([flacHead({ channels: 1, frames: 16 }), escaped]));
  expect(result).toMatchObject({ frames: 16, warnings: [], max: 1 / 32_768, min: -2 / 32_768 });
});

test.each([
  ["no STREAMINFO", Buffer.from("fLaC\x81\0\0\x02ab", "latin1")],
  ["a cut head", flacHead({ channels: 1 }).subarray(0, 20)],
  ["no frames", flacHead({ channels: 1, frames: 16 })],
  ["bytes that are no frames", Buffer.concat([flacHead({ channels: 1 }), Buffer.alloc(500, 0xff)])],
  ["a forbidden block", Buffer.concat([flacHead({ channels: 1 }, false), Buffer.from([0xff, 0, 0, 0])])],
  [
    "a million blocks of metadata",
    Buffer.concat([flacHead({ channels: 1 }, false), Buffer.alloc(4_000_000, Buffer.from([1, 0, 0, 0]))]),
  ],
])("%s ends with corrupt_file", async (_, body) => {
  const outcome = await outcomeOf(body);
  expect(outcome.ok ? "ok" : outcome.code).toBe("corrupt_file");
});

test("a file that would become far more samples than it has bytes for is refused by its header", async () => {
  const frame = constantFrame(8, 1);
  const frames = 300 * 65_536;
  const body = Buffer.concat([flacHead({ channels: 8, frames }), ...Array(300).fill(frame)]);
  const outcome = await outcomeOf(body);
  expect(outcome.ok ? "ok" : outcome.code).toBe("too_large");
});

test("a file of no frames and no length is a recording without samples", async () => {
  expect(await measured(flacHead({ channels: 1 }))).toMatchObject({ frames: 0, rms: null });
});

import { expect, test } from "vitest";
import { measured, outcomeOf, recording } from "../../../tests/fixtures/measuredAudio.ts";

/** Figures of `ffmpeg -f f64le` for the same files: RMS, least and largest sample, RMS of the second channel. */
const EXACT = [0.17469913, -0.39944458, 0.39962769, 0.23071725];
const BYTES = [0.1748216, -0.3984375, 0.3984375, 0.2308716];
const A_LAW = [0.17467845, -0.3984375, 0.3984375, 0.2307213];
const MU_LAW = [0.17491416, -0.39440918, 0.39440918, 0.23093805];

test.each([
  ["two-s8.aiff", "aiff", "AIFF", "pcm_s8", BYTES],
  ["two-s16.aiff", "aiff", "AIFF", "pcm_s16be", EXACT],
  ["two-s24.aiff", "aiff", "AIFF", "pcm_s24be", EXACT],
  ["two-sowt.aifc", "aiff", "AIFC", "pcm_s16le", EXACT],
  ["two-f32.aifc", "aiff", "AIFC", "pcm_f32be", EXACT],
  ["two-alaw.aifc", "aiff", "AIFC", "pcm_alaw", A_LAW],
  ["two-u8.w64", "w64", "W64", "pcm_u8", BYTES],
  ["two-f32.w64", "w64", "W64", "pcm_f32le", EXACT],
  ["two-s16.caf", "caf", "CAF", "pcm_s16le", EXACT],
  ["two-s24.caf", "caf", "CAF", "pcm_s24be", EXACT],
  ["two-f64.caf", "caf", "CAF", "pcm_f64le", EXACT],
  ["two-ulaw.caf", "caf", "CAF", "pcm_mulaw", MU_LAW],
] as const)("%s has the samples that ffmpeg decodes", async (name, format, container, encoding, figures) => {
  const result = await measured(await recording(name));
  expect(result).toMatchObject({
    format,
    container,
    encoding,
    decoded: true,
    truncated: false,
    warnings: [],
  });
  expect(result).toMatchObject({ sample_rate: 8_000, channels: 2, frames: 800, duration_seconds: 0.1 });
  const channels = result.per_channel;
  const second: unknown = Array.isArray(channels) ? channels[1]?.rms : undefined;
  for (const [at, got] of [result.rms, result.min, result.max, second].entries())
    expect(Math.abs(Number(got) - (figures[at] ?? Number.NaN))).toBeLessThan(1e-7);
});

test("titles of AIFF and CAF are metadata", async () => {
  for (const name of ["two-s16.aiff", "two-f32.aifc", "two-s16.caf"])
    expect(await measured(await recording(name))).toMatchObject({ metadata: { info: { title: "A tone" } } });
});

test.each(["two-s16.aiff", "two-f32.w64", "two-s16.caf"])(
  "%s that is cut off is measured up to its end, and says so",
  async (name) => {
    const result = await measured((await recording(name)).subarray(0, -1_000));
    expect(result.truncated).toBe(true);
    expect(Number(result.frames)).toBeLessThan(800);
    expect(result.warnings).toEqual([expect.stringContaining("cut short")]);
  },
);

const changed = async (name: string, change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(await recording(name));
  change(bytes);
  return bytes;
};
const after = (bytes: Buffer, id: string) => bytes.indexOf(id, 0, "latin1") + id.length;

test.each([
  [
    "AIFF without COMM",
    () => changed("two-s16.aiff", (bytes) => bytes.write("COMX", after(bytes, "COMM") - 4)),
    "corrupt_file",
  ],
  ["AIFF without samples", async () => (await recording("two-s16.aiff")).subarray(0, 60), "corrupt_file"],
  [
    "AIFF of 0 channels",
    () => changed("two-s16.aiff", (bytes) => bytes.writeUInt16BE(0, after(bytes, "COMM") + 4)),
    "corrupt_file",
  ],
  [
    "AIFF of 300 channels",
    () => changed("two-s16.aiff", (bytes) => bytes.writeUInt16BE(300, after(bytes, "COMM") + 4)),
    "too_large",
  ],
  [
    "AIFF of 99 bits",
    () => changed("two-s16.aiff", (bytes) => bytes.writeUInt16BE(99, after(bytes, "COMM") + 10)),
    "corrupt_file",
  ],
  [
    "AIFF whose rate has an endless exponent",
    () => changed("two-s16.aiff", (bytes) => bytes.writeUInt16BE(0x7fff, after(bytes, "COMM") + 12)),
    "corrupt_file",
  ],
  [
    "W64 that ends in its header",
    async () => (await recording("two-u8.w64")).subarray(0, 50),
    "corrupt_file",
  ],
  [
    "W64 whose chunk has no length",
    () => changed("two-u8.w64", (bytes) => bytes.writeBigUInt64LE(0n, 56)),
    "corrupt_file",
  ],
  [
    "CAF of 0 Hz",
    () => changed("two-s16.caf", (bytes) => bytes.writeDoubleBE(0, after(bytes, "desc") + 8)),
    "corrupt_file",
  ],
  [
    "CAF whose rate is no number",
    () => changed("two-s16.caf", (bytes) => bytes.writeDoubleBE(Number.NaN, after(bytes, "desc") + 8)),
    "corrupt_file",
  ],
  ["CAF without samples", async () => (await recording("two-s16.caf")).subarray(0, 60), "corrupt_file"],
  [
    "CAF whose chunk is longer than any file",
    () => changed("two-s16.caf", (bytes) => bytes.writeBigInt64BE(2n ** 62n, after(bytes, "desc"))),
    "corrupt_file",
  ],
] as const)("%s ends with a code", async (_, make, code) => {
  const outcome = await outcomeOf(await make());
  expect(outcome.ok ? "ok" : outcome.code).toBe(code);
});

test("an encoding that is not decoded is named, with the facts of the header", async () => {
  const body = await changed("two-sowt.aifc", (bytes) => bytes.write("ima4", after(bytes, "COMM") + 22));
  expect(await measured(body)).toMatchObject({
    container: "AIFC",
    encoding: "ima4",
    decoded: false,
    channels: 2,
  });
});

test("a CAF file whose recorder was stopped is read to its end", async () => {
  const body = await changed("two-s16.caf", (bytes) => bytes.writeBigInt64BE(-1n, after(bytes, "data")));
  const result = await measured(body);
  expect(result).toMatchObject({ truncated: false, warnings: [expect.stringContaining("how long")] });
  expect(Number(result.frames)).toBe(800);
});

test("the true peak alone can be left out", async () => {
  const body = await recording("two-s16.aiff");
  expect(await measured(body)).toMatchObject({ true_peak: expect.any(Number) });
  const without = await measured(body, { true_peak: false });
  expect(without).toMatchObject({ true_peak: null, true_peak_dbtp: null, rms: expect.any(Number) });
  expect(JSON.stringify(without.per_channel)).not.toContain("true_peak");
});

import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import wavefile from "wavefile";
import { processHere } from "../inProcess.ts";
import { parseOptions } from "../options.ts";
import { stepFile } from "../stepFile.ts";
import { audio } from "./index.ts";
import { options as audioOptions } from "./options.ts";
import { steps } from "./process.ts";

type Result = Record<string, unknown> & {
  readonly warnings: string[];
  readonly per_channel: Record<string, number>[];
};

const fixture = (name: string) => readFile(new URL(`../../../tests/fixtures/audio/${name}`, import.meta.url));

async function outcomeOf(body: Uint8Array, options: object = {}) {
  const [outcome] = await processHere(audio, [{ filename: "take 1.wav", body }], options);
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

async function analysed(body: Uint8Array, options: object = {}): Promise<Result> {
  const outcome = await outcomeOf(body, options);
  if (!outcome.ok || !(outcome.body instanceof Uint8Array)) throw new Error(JSON.stringify(outcome));
  return JSON.parse(Buffer.from(outcome.body).toString("utf8"));
}

async function codeOf(body: Uint8Array): Promise<string> {
  const outcome = await outcomeOf(body);
  return outcome.ok ? "ok" : outcome.code;
}

/** A WAV file by wavefile, which is an encoder of its own. */
function encoded(depth: string, samples: number[] | number[][], options: object = {}): Buffer {
  const wav = new wavefile.WaveFile();
  const channels = Array.isArray(samples[0]) ? samples.length : 1;
  wav.fromScratch(channels, 8_000, depth, samples, options);
  return Buffer.from(wav.toBuffer());
}

const u16 = (value: number) => Buffer.from([value & 255, value >> 8]);
const u32 = (value: number) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)]);
const chunk = (id: string, body: Uint8Array, size = body.length) =>
  Buffer.concat([Buffer.from(id, "latin1"), u32(size), body]);
const fmt = (tag: number, channels: number, [bits, rate = 8_000]: readonly [number, number?]) => {
  const align = (channels * bits) >> 3;
  return chunk(
    "fmt ",
    Buffer.concat([u16(tag), u16(channels), u32(rate), u32(rate * align), u16(align), u16(bits)]),
  );
};
const riff = (...chunks: Buffer[]) =>
  Buffer.concat([Buffer.from("RIFF"), u32(0), Buffer.from("WAVE"), ...chunks]);
const shorts = (...values: number[]) => Buffer.from(Int16Array.from(values).buffer);

const half = Array.from({ length: 800 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 50 * (i + 0.5)) / 8_000));

/** Stores samples of full scale 1 as whole numbers of `bits` and a sign. */
const whole = (bits: number) => (x: number) => Math.round((2 ** bits - 1) * x);

describe("levels of every encoding", () => {
  it.each([
    {
      depth: "8",
      fullScale: 128,
      encoding: "pcm_u8",
      bits: 8,
      store: (x: number) => Math.round(128 + 127 * x),
    },
    { depth: "16", fullScale: 2 ** 15, encoding: "pcm_s16le", bits: 16, store: whole(15) },
    { depth: "24", fullScale: 2 ** 23, encoding: "pcm_s24le", bits: 24, store: whole(23) },
    { depth: "32", fullScale: 2 ** 31, encoding: "pcm_s32le", bits: 32, store: whole(31) },
    { depth: "32f", fullScale: 1, encoding: "pcm_f32le", bits: 32, store: (x: number) => x },
    { depth: "64", fullScale: 1, encoding: "pcm_f64le", bits: 64, store: (x: number) => x },
  ])("reads $encoding", async ({ depth, fullScale, encoding, bits, store }) => {
    const result = await analysed(encoded(depth, half.map(store)));
    expect(result).toMatchObject({ encoding, bits_per_sample: bits, sample_width: bits / 8, channels: 1 });
    expect(result).toMatchObject({
      duration_seconds: 0.1,
      sample_rate: 8_000,
      frames: 800,
      zero_crossings: 9,
    });
    const tolerance = bits === 8 ? 0.01 : 1e-4;
    expect(Math.abs(Number(result.rms) - Math.SQRT1_2 / 2)).toBeLessThan(tolerance);
    expect(Math.abs(Number(result.peak) - Math.max(...half))).toBeLessThan(tolerance);
    expect(Math.abs(Number(result.dc_offset))).toBeLessThan(tolerance);
    expect(Number(result.rms_energy) / fullScale).toBeCloseTo(Number(result.rms), 12);
  });

  it.each(["16", "24", "32", "32f", "64"])(
    "reads %s-bit samples in big-endian order (RIFX) alike",
    async (depth) => {
      const samples = depth.endsWith("f") || depth === "64" ? half : half.map((x) => Math.round(30_000 * x));
      const little = await analysed(encoded(depth, samples));
      const big = await analysed(encoded(depth, samples, { container: "RIFX" }));
      expect(big.encoding).toBe(String(little.encoding).replace("le", "be"));
      expect(big.rms).toBe(little.rms);
      expect(big.spectral).toEqual(little.spectral);
    },
  );

  it.each([
    ["8a", "pcm_alaw"],
    ["8m", "pcm_mulaw"],
  ])("reads %s (G.711) as 16-bit values", async (depth, encoding) => {
    const wav = new wavefile.WaveFile(
      encoded(
        "16",
        half.map((x) => Math.round(32_767 * x)),
      ),
    );
    if (depth === "8a") wav.toALaw();
    else wav.toMuLaw();
    const result = await analysed(Buffer.from(wav.toBuffer()));
    expect(result).toMatchObject({ encoding, bits_per_sample: 8, sample_width: 2, frames: 800 });
    expect(Math.abs(Number(result.rms) - Math.SQRT1_2 / 2)).toBeLessThan(0.005);
  });

  it.each([
    ["ima-stereo", "adpcm_ima_wav"],
    ["ms-stereo", "adpcm_ms"],
  ])("decodes %s to the very samples that sox gives", async (name, encoding) => {
    const raw = await fixture(`${name}.s16`);
    const reference = await analysed(riff(fmt(1, 2, [16]), chunk("data", raw)));
    const result = await analysed(await fixture(`${name}.wav`));
    expect(result).toMatchObject({ encoding, bits_per_sample: 4, frames: raw.length / 4 });
    for (const field of [
      "rms",
      "peak",
      "dc_offset",
      "zero_crossings",
      "per_channel",
      "waveform",
      "spectral",
    ]) {
      expect(result[field]).toEqual(reference[field]);
    }
  });

  it("does not overflow on loud 16-bit samples", async () => {
    const result = await analysed(
      riff(fmt(1, 1, [16]), chunk("data", shorts(-32_768, 32_767, -32_768, 32_767))),
    );
    expect(result.rms_energy).toBeCloseTo(32_767.5, 3);
    expect(result).toMatchObject({ peak: 1, peak_dbfs: 0, min: -1, zero_crossings: 3 });
  });

  it("fills 12 bits up to the 16 that they are stored in", async () => {
    const twelve = Buffer.from(riff(fmt(1, 1, [16]), chunk("data", shorts(-32_768, 32_752))));
    twelve.writeUInt16LE(12, 34);
    expect(await analysed(twelve)).toMatchObject({ bits_per_sample: 16, valid_bits_per_sample: 12, peak: 1 });
  });

  it("reads whole numbers of 40 and 64 bits", async () => {
    const wide = Buffer.from([0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0xc0]);
    expect(await analysed(riff(fmt(1, 1, [40]), chunk("data", wide)))).toMatchObject({
      rms: 0.5,
      max: 0.5,
      min: -0.5,
    });
    const wider = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0xc0]);
    expect(await analysed(riff(fmt(1, 1, [64]), chunk("data", wider)))).toMatchObject({
      rms: 0.5,
      max: 0.5,
      min: -0.5,
    });
  });

  it("counts NaN and infinite samples as 0 and reports them", async () => {
    const data = Buffer.from(Float32Array.of(Number.NaN, 0.5, Number.POSITIVE_INFINITY, -0.5).buffer);
    const result = await analysed(riff(fmt(3, 1, [32]), chunk("data", data)));
    expect(result).toMatchObject({
      peak: 0.5,
      warnings: ["2 samples are not finite numbers, or too large to be measured; they count as 0."],
    });
  });

  it("measures a recording with absurdly large samples without them", async () => {
    const data = Buffer.from(Float64Array.of(1e200, 0.5, -1e308, -0.5).buffer);
    const result = await analysed(riff(fmt(3, 1, [64]), chunk("data", data)));
    expect(result).toMatchObject({ peak: 0.5, max: 0.5, min: -0.5, rms: Math.sqrt(0.125) });
    expect(result.warnings).toHaveLength(1);
  });
});

describe("channels", () => {
  it("measures each channel, all of them, and their mean", async () => {
    const result = await analysed(
      riff(fmt(1, 2, [16]), chunk("data", shorts(8_192, -16_384, 8_192, 16_384))),
    );
    expect(result.per_channel[0]).toMatchObject({
      rms: 0.25,
      peak: 0.25,
      dc_offset: 0.25,
      zero_crossings: 0,
    });
    expect(result.per_channel[1]).toMatchObject({
      rms: 0.5,
      min: -0.5,
      zero_crossings: 1,
      zero_crossing_rate: 0.5,
    });
    expect(result).toMatchObject({
      channels: 2,
      zero_crossings: 2,
      zero_crossing_rate: 0.25,
      dc_offset: 0.125,
    });
    expect(result.rms).toBeCloseTo(Math.sqrt((0.25 ** 2 + 0.5 ** 2) / 2), 15);
    expect(result.mono_mix).toMatchObject({ min: -0.125, max: 0.375, zero_crossings: 1 });
  });
});

describe("spectrum, silence, waveform", () => {
  const sine = (hertz: number) =>
    Array.from({ length: 8_000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / 8_000));

  it("finds the centroid and roll-off of a sine at its frequency", async () => {
    const { spectral } = await analysed(encoded("64", sine(1_000)));
    expect(spectral).toMatchObject({ frames: 16, fft_size: 2048, hop: 512, rolloff_share: 0.85 });
    const { centroid_hz, rolloff_hz } = spectral as Record<string, Record<string, number>>;
    expect(centroid_hz?.min).toBeCloseTo(1_000, 0);
    expect(rolloff_hz?.min).toBeCloseTo(1_000, -1);
  });

  it("counts windows of 50 ms below the threshold as silent", async () => {
    const samples = [...Array(2_000).fill(0), ...sine(400).slice(0, 4_000), ...Array(2_000).fill(0)];
    const { silence } = await analysed(encoded("64", samples));
    expect(silence).toEqual({
      share: 0.5,
      leading_seconds: 0.25,
      trailing_seconds: 0.25,
      threshold_dbfs: -60,
      window_seconds: 0.05,
    });
  });

  it("draws the waveform with the requested number of points", async () => {
    const { waveform } = await analysed(encoded("64", [0.1, -0.2, 0.3, -0.4]), { waveform_points: 2 });
    expect(waveform).toEqual({ points: 2, min: [-0.2, -0.4], max: [0.1, 0.3] });
    expect((await analysed(encoded("64", sine(5)))).waveform).toMatchObject({ points: 1_000 });
    expect((await analysed(encoded("64", [0.5, 0.5]))).waveform).toMatchObject({ points: 2 });
  });

  it("leaves out what is switched off", async () => {
    const result = await analysed(encoded("64", sine(400)), {
      spectrum: false,
      loudness: false,
      waveform_points: 0,
    });
    expect(result).toMatchObject({
      spectral: null,
      loudness_lufs: null,
      true_peak: null,
      waveform: { points: 0 },
    });
  });
});

describe("containers and chunks", () => {
  const samples = shorts(100, -100, 200, -200);
  const plain = riff(fmt(1, 1, [16]), chunk("data", samples));

  it("reads RF64 with its sizes in ds64", async () => {
    expect(await analysed(await fixture("rf64.wav"))).toMatchObject({
      container: "RF64",
      frames: 2_000,
      warnings: [],
    });
  });

  it("reads streamed files to their end", async () => {
    const result = await analysed(riff(fmt(1, 1, [16]), chunk("data", samples, 0xffff_ffff)));
    expect(result).toMatchObject({ frames: 4, truncated: false });
    expect(result.warnings[0]).toContain("does not say how long");
  });

  it.each([
    ["0", 0],
    ["of 31 bits", 0x7fff_ffff],
    ["of arecord", 0x8000_0000],
    ["of sox", 0x7fff_f000],
    ["a little under 32 bits", 0xffff_ffdb],
    ["that of the whole file", 52],
  ])("reads a file whose recorder never wrote the size of the samples to its end: %s", async (_, size) => {
    const result = await analysed(riff(fmt(1, 1, [16]), chunk("data", samples, size)));
    expect(result).toMatchObject({ frames: 4, truncated: false });
    expect(result.warnings[0]).toContain("does not say how long");
  });

  it("knows a data chunk without samples before other chunks", async () => {
    const result = await analysed(
      riff(fmt(1, 1, [16]), chunk("data", Buffer.alloc(0)), chunk("junk", samples)),
    );
    expect(result).toMatchObject({ frames: 0 });
  });

  it.each([
    ["", 0, 0],
    [" with a footer", 0x10, 10],
  ])("reads a file behind an ID3 tag%s", async (_, flags, footer) => {
    const tag = Buffer.concat([
      Buffer.from([0x49, 0x44, 0x33, 4, 0, flags, 0, 0, 1, 2]),
      Buffer.alloc(130 + footer, 65),
    ]);
    const [tagged, bare] = await Promise.all([analysed(Buffer.concat([tag, plain])), analysed(plain)]);
    expect(tagged).toMatchObject({ format: "wav", frames: 4, rms: bare.rms });
  });

  it.each([
    ["with its pad byte", Buffer.concat([chunk("junk", Buffer.alloc(3, 1)), Buffer.alloc(1)])],
    ["without its pad byte", chunk("junk", Buffer.alloc(3, 1))],
    ["with zeros after it", Buffer.concat([chunk("junk", Buffer.alloc(4, 1)), Buffer.alloc(6)])],
  ])("passes over an odd chunk %s", async (_, junk) => {
    expect(await analysed(riff(junk, fmt(1, 1, [16]), junk, chunk("data", samples)))).toMatchObject({
      frames: 4,
    });
  });

  it("measures a truncated file up to its end and reports it", async () => {
    const result = await analysed(plain.subarray(0, plain.length - 3));
    expect(result).toMatchObject({ frames: 2, truncated: true });
    expect(result.warnings).toEqual(["The file was cut short: 5 of 8 bytes of samples are there."]);
  });

  it("reads broadcast extension and tags", async () => {
    const { metadata } = await analysed(await fixture("tagged.wav"));
    expect(metadata).toMatchObject({
      info: { title: "Tønes", artist: "Nobody" },
      bext: {
        description: "A test tone",
        originator: "manyhands",
        origination_date: "2024-05-01",
        version: 1,
      },
      cue_points: [],
    });
  });

  it("reads cue points with label and length", async () => {
    const point = Buffer.concat([u32(7), u32(0), Buffer.from("data"), u32(0), u32(0), u32(4_000)]);
    const label = chunk("labl", Buffer.concat([u32(7), Buffer.from("Übergang\0")]));
    const region = chunk("ltxt", Buffer.concat([u32(7), u32(800), Buffer.from("rgn "), Buffer.alloc(8)]));
    const list = chunk("LIST", Buffer.concat([Buffer.from("adtl"), label, region]));
    const cue = chunk("cue ", Buffer.concat([u32(1), point]));
    const { metadata } = await analysed(riff(fmt(1, 1, [16]), chunk("data", samples), cue, list));
    expect((metadata as Record<string, unknown>).cue_points).toEqual([
      {
        id: 7,
        position_frames: 4_000,
        position_seconds: 0.5,
        length_seconds: 0.1,
        label: "Übergang",
        note: null,
      },
    ]);
  });

  it("ignores sizes of lists and cues beyond their contents", async () => {
    const cue = chunk("cue ", u32(0xffff_ffff));
    const list = chunk("LIST", Buffer.concat([Buffer.from("INFOINAM"), u32(0xffff_fff0), Buffer.from("x")]));
    const { metadata } = await analysed(riff(cue, list, fmt(1, 1, [16]), chunk("data", samples)));
    expect(metadata).toMatchObject({ info: { title: "x" }, cue_points: [] });
  });
});

describe("files that cannot be measured", () => {
  it.each([
    ["empty_file", "nothing", Buffer.alloc(0)],
    ["corrupt_file", "the first bytes of a header", Buffer.from("RIFF\0\0\0\0")],
    ["corrupt_file", "no fmt chunk", riff(chunk("data", shorts(1)))],
    ["corrupt_file", "no data chunk", riff(fmt(1, 1, [16]))],
    ["corrupt_file", "no channels", riff(fmt(1, 0, [16]), chunk("data", shorts(1)))],
    ["corrupt_file", "a rate of 0", riff(fmt(1, 1, [16, 0]), chunk("data", shorts(1)))],
    ["corrupt_file", "floats of 16 bits", riff(fmt(3, 1, [16]), chunk("data", shorts(1)))],
    ["corrupt_file", "all samples missing", riff(fmt(1, 1, [16]), chunk("data", Buffer.alloc(0), 8))],
    ["too_large", "60,000 channels", riff(fmt(1, 60_000, [8]), chunk("data", shorts(1)))],
    ["wrong_type", "text", Buffer.from("hello, this is text")],
    ["wrong_type", "a PNG", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")],
  ])("ends with %s for %s", async (code, _, body) => {
    expect(await codeOf(body)).toBe(code);
  });

  it("gives zero duration and no levels for a file without samples", async () => {
    const result = await analysed(riff(fmt(1, 1, [16]), chunk("data", Buffer.alloc(0))));
    expect(result).toMatchObject({
      duration_seconds: 0,
      rms: null,
      rms_energy: null,
      zero_crossings: 0,
      spectral: null,
    });
  });

  it("knows recordings of other kinds by their first bytes", async () => {
    const body = Buffer.concat([Buffer.from(".snd"), Buffer.alloc(40)]);
    expect(await analysed(body)).toMatchObject({ format: "non-wav", detected_format: "au" });
  });

  it("reports the header of a file whose encoding is not decoded", async () => {
    const result = await analysed(await fixture("gsm.wav"));
    expect(result).toMatchObject({ encoding: "gsm_ms", decoded: false, sample_rate: 8_000, channels: 1 });
    expect(result.duration_seconds).toBe(0.25);
  });
});

it("refuses unknown options and says what is valid", () => {
  const parsed = (value: object) => () => parseOptions(audio, JSON.stringify(value));
  expect(parsed({ fft_size: 1000 })).toThrow(/256, 512, 1024/);
  expect(parsed({ waveform_points: 10_001 })).toThrow(/waveform_points must be at most 10000/);
  expect(parsed({ volume: 11 })).toThrow(/volume is not known; valid are .*fft_size/);
});

it("reads a recording on disk block by block", async () => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-audio-"));
  try {
    const path = join(folder, "long.wav");
    const bytes = 64 * 1024 * 1024;
    const handle = await open(path, "w");
    await handle.write(riff(fmt(1, 2, [16, 48_000]), chunk("data", shorts(8_192), bytes)));
    await handle.truncate(44 + bytes);
    await handle.close();
    const file = stepFile({ filename: "long.wav", bytes: 44 + bytes, sha256: "", body: { path } });
    let largest = 0;
    const slice = (offset: number, length: number) => {
      largest = Math.max(largest, length);
      return file.slice(offset, length);
    };
    const watched = { ...file, slice };
    const input = {
      task: audio,
      files: [watched],
      args: {},
      options: audioOptions.parse({ loudness: false, spectrum: false }),
    };
    const progress: number[] = [];
    const output = await steps.main(input, { folder, progress: (done = 0) => progress.push(done) });
    expect(output.summary).toContain("349.53 s, 48000 Hz, 2 channels, pcm_s16le");
    expect(largest).toBeLessThanOrEqual(1 << 20);
    expect(progress.at(-1)).toBe(1);
    expect(progress.length).toBeGreaterThan(100);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 20_000);

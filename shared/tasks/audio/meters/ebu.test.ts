import { describe, expect, it } from "vitest";
import type { Meter } from "../blocks.ts";
import { loudnessMeter } from "./loudness.ts";
import { truePeakMeter } from "./truePeak.ts";

/** The signals of EBU Tech 3341 and 3342 that are defined by formula, at 48 kHz. */
const RATE = 48_000;

/** [seconds, level in dBFS of a sine's peak] */
type Tone = readonly [number, number];

/** Feeds planes in uneven blocks, as files come. */
function feed<Result>(meter: Meter<Result>, planes: readonly Float64Array[]): Result {
  const total = planes[0]?.length ?? 0;
  for (let from = 0; from < total; ) {
    const to = Math.min(total, from + 65_537);
    const channels = planes.map((plane) => plane.subarray(from, to));
    meter.add({ channels, mono: channels[0] ?? new Float64Array(0), frames: to - from, invalid: 0 });
    from = to;
  }
  return meter.result();
}

/** A 1 kHz sine whose level changes without a break of phase. */
function tones(list: readonly Tone[], rate = RATE): Float64Array {
  const frames = list.map(([seconds]) => Math.round(seconds * rate));
  const samples = new Float64Array(frames.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const [i, [, level]] of list.entries()) {
    const amplitude = 10 ** (level / 20);
    for (const end = at + (frames[i] ?? 0); at < end; at += 1) {
      samples[at] = amplitude * Math.sin((2 * Math.PI * 1_000 * at) / rate);
    }
  }
  return samples;
}

function stereo(list: readonly Tone[], rate = RATE) {
  const samples = tones(list, rate);
  return feed(loudnessMeter(rate, 2, 0), [samples, samples]);
}

describe("integrated loudness (EBU Tech 3341)", () => {
  it.each<[string, number, Tone[]]>([
    ["case 1: a tone at -23", -23, [[20, -23]]],
    ["case 2: a tone at -33", -33, [[20, -33]]],
    [
      "case 3: the relative gate drops quiet ends",
      -23,
      [
        [10, -36],
        [60, -23],
        [10, -36],
      ],
    ],
    [
      "case 4: the absolute gate drops near silence",
      -23,
      [
        [10, -72],
        [10, -36],
        [60, -23],
        [10, -36],
        [10, -72],
      ],
    ],
    [
      "case 5: blocks of three levels are averaged by power",
      -23,
      [
        [20, -26],
        [20.1, -20],
        [20, -26],
      ],
    ],
  ])("%s", (_, expected, list) => {
    expect(Math.abs(stereo(list).integrated - expected)).toBeLessThan(0.1);
  });

  it("case 6: five channels count with the weights of their speakers", () => {
    const planes = [-28, -28, -24, -30, -30].map((level) => tones([[20, level]]));
    expect(Math.abs(feed(loudnessMeter(RATE, 5, 0), planes).integrated + 23)).toBeLessThan(0.1);
  });

  it("does not count the low-frequency channel of 5.1", () => {
    const planes = [-28, -28, -24, -3, -30, -30].map((level) => tones([[20, level]]));
    expect(Math.abs(feed(loudnessMeter(RATE, 6, 0), planes).integrated + 23)).toBeLessThan(0.1);
  });

  it.each([8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 96_000, 192_000])(
    "is the same at %i Hz",
    (rate) => {
      expect(Math.abs(stereo([[3, -23]], rate).integrated + 23)).toBeLessThan(0.1);
    },
  );

  it("has no value for less than 400 ms, nor for silence", () => {
    expect(stereo([[0.39, -23]]).integrated).toBeNaN();
    expect(feed(loudnessMeter(RATE, 1, 0), [new Float64Array(RATE)]).integrated).toBeNaN();
  });
});

describe("momentary and short-term loudness (EBU Tech 3341)", () => {
  const repeated = (times: number, list: readonly Tone[]): Tone[] =>
    Array.from({ length: times }, () => list).flat();

  it("case 9: short-term stays at -23 over alternating levels", () => {
    const { shortTermMax } = stereo(
      repeated(5, [
        [1.34, -20],
        [1.66, -30],
      ]),
    );
    expect(Math.abs(shortTermMax + 23)).toBeLessThan(0.1);
  });

  it("case 12: momentary stays at -23 over alternating levels", () => {
    const { momentaryMax } = stereo(
      repeated(25, [
        [0.18, -20],
        [0.22, -30],
      ]),
    );
    expect(Math.abs(momentaryMax + 23)).toBeLessThan(0.1);
  });

  it.each([0, 0.15, 0.75, 1.35, 2.85])(
    "case 10: a 3 s tone after %d s of silence reaches -23 short-term",
    (silence) => {
      expect(
        Math.abs(
          stereo([
            [silence, -200],
            [3, -23],
            [1, -200],
          ]).shortTermMax + 23,
        ),
      ).toBeLessThan(0.1);
    },
  );

  it.each([0, 0.02, 0.06, 0.1, 0.38])(
    "case 13: a 400 ms tone after %d s of silence reaches -23 momentary",
    (silence) => {
      expect(
        Math.abs(
          stereo([
            [silence, -200],
            [0.4, -23],
            [1, -200],
          ]).momentaryMax + 23,
        ),
      ).toBeLessThan(0.1);
    },
  );
});

describe("loudness range (EBU Tech 3342)", () => {
  it.each<[string, number, Tone[]]>([
    [
      "case 1",
      10,
      [
        [20, -20],
        [20, -30],
      ],
    ],
    [
      "case 2",
      5,
      [
        [20, -20],
        [20, -15],
      ],
    ],
    [
      "case 3",
      20,
      [
        [20, -40],
        [20, -20],
      ],
    ],
    [
      "case 4",
      15,
      [
        [20, -50],
        [20, -35],
        [20, -20],
        [20, -35],
        [20, -50],
      ],
    ],
  ])("%s", (_, expected, list) => {
    expect(Math.abs(stereo(list).range - expected)).toBeLessThan(0.1);
  });

  it("has no value for less than 3 s", () => {
    expect(stereo([[2.9, -23]]).range).toBeNaN();
  });
});

describe("true peak (EBU Tech 3341, tolerance +0.2/-0.4 dB)", () => {
  const sine = (divisor: number, degrees: number, amplitude: number) =>
    Float64Array.from(
      { length: RATE },
      (_, i) => amplitude * Math.sin((2 * Math.PI * i) / divisor + (Math.PI * degrees) / 180),
    );

  it.each([
    { name: "case 15", samples: sine(4, 0, 0.5), expected: -6 },
    { name: "case 16", samples: sine(4, 45, 0.5), expected: -6 },
    { name: "case 17", samples: sine(6, 60, 0.5), expected: -6 },
    { name: "case 18", samples: sine(8, 67.5, 0.5), expected: -6 },
    { name: "case 19", samples: sine(4, 45, 1.41), expected: 3 },
  ])("$name", ({ samples, expected }) => {
    const [peak = 0] = feed(truePeakMeter(1), [samples]);
    const difference = 20 * Math.log10(peak) - expected;
    expect(difference).toBeLessThan(0.1);
    expect(difference).toBeGreaterThan(-0.1);
  });

  it("is the sample peak where the recording is shorter than the interpolator", () => {
    expect(feed(truePeakMeter(1), [Float64Array.of(0.1, -0.7, 0.3)])).toEqual([0.7]);
  });

  it("does not depend on where blocks end", () => {
    const samples = Float64Array.from({ length: 5_000 }, (_, i) => Math.sin(i * i * 0.001));
    const whole = truePeakMeter(1);
    whole.add({ channels: [samples], mono: samples, frames: samples.length, invalid: 0 });
    const parts = truePeakMeter(1);
    for (let at = 0; at < samples.length; at += 7) {
      const channels = [samples.subarray(at, at + 7)];
      parts.add({ channels, mono: samples, frames: channels[0]?.length ?? 0, invalid: 0 });
    }
    expect(parts.result()).toEqual(whole.result());
  });
});

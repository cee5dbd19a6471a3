import { describe, expect, it } from "vitest";
import type { Meter } from "../blocks.ts";
import { loudnessMeter } from "./loudness.ts";
import { truePeakMeter } from "./truePeak.ts";

/** The signals of EBU Tech 3341 and 3342 that are defined by formula, at 48 kHz. */
const RATE = 48_000;

/** [seconds, level in dBFS of a sine's peak] */
type Tone = readonly [number, number];
const SILENT = Number.NEGATIVE_INFINITY;

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

/** The loudness of a stereo signal after each of its stretches: what a live meter's maximum shows by then. */
function readings(stretches: readonly (readonly Tone[])[]) {
  const meter = loudnessMeter(RATE, 2, 0);
  return stretches.map((list) => {
    const samples = tones(list);
    meter.add({ channels: [samples, samples], mono: samples, frames: samples.length, invalid: 0 });
    return meter.result();
  });
}

const STEPS = Array.from({ length: 20 }, (_, i) => i);

describe("integrated loudness (EBU Tech 3341)", () => {
  it.each([
    ["case 1", -23],
    ["case 2", -33],
  ])("%s: a steady tone has %d integrated, momentary and short-term", (_, expected) => {
    const { integrated, momentaryMax, shortTermMax } = stereo([[20, expected]]);
    for (const value of [integrated, momentaryMax, shortTermMax]) {
      expect(Math.abs(value - expected)).toBeLessThan(0.1);
    }
  });

  it("reads a tone of -18 dBFS as -18 LUFS, as a meter is calibrated", () => {
    expect(Math.abs(stereo([[5, -18]]).integrated + 18)).toBeLessThan(0.1);
  });

  it.each<[string, number, Tone[]]>([
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

  it.each(STEPS)("case 10.%i: a 3 s tone reaches -23 short-term wherever it begins", (i) => {
    const list: Tone[] = [
      [i * 0.15, SILENT],
      [3, -23],
      [1, SILENT],
    ];
    expect(Math.abs(stereo(list).shortTermMax + 23)).toBeLessThan(0.1);
  });

  it.each(STEPS)("case 13.%i: a 400 ms tone reaches -23 momentary wherever it begins", (i) => {
    const list: Tone[] = [
      [i * 0.02, SILENT],
      [0.4, -23],
      [1, SILENT],
    ];
    expect(Math.abs(stereo(list).momentaryMax + 23)).toBeLessThan(0.1);
  });

  it("case 11: tones of 3 s from -38 to -19 raise the short-term maximum one by one", () => {
    const stretches = STEPS.map((i): Tone[] => [
      [i * 0.15, SILENT],
      [3, -38 + i],
      [3 - i * 0.15, SILENT],
    ]);
    const maxima = readings(stretches).map(({ shortTermMax }) => shortTermMax);
    for (const i of STEPS) expect(Math.abs((maxima[i] ?? 0) - (-38 + i))).toBeLessThan(0.1);
  });

  it("case 14: tones of 400 ms from -38 to -19 raise the momentary maximum one by one", () => {
    const stretches = STEPS.map((i): Tone[] => [
      [i * 0.02, SILENT],
      [0.4, -38 + i],
      [0.4 - i * 0.02, SILENT],
    ]);
    const maxima = readings(stretches).map(({ momentaryMax }) => momentaryMax);
    for (const i of STEPS) expect(Math.abs((maxima[i] ?? 0) - (-38 + i))).toBeLessThan(0.1);
  });
});

describe("loudness over time (EBU Tech 3341)", () => {
  it("follows a level that changes, each window at its end", () => {
    const { interval, momentary, shortTerm } = stereo([
      [4, -23],
      [4, -33],
    ]).series;
    expect([interval, momentary.length, shortTerm.length]).toEqual([0.1, 80, 80]);
    expect(momentary.slice(0, 3)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(shortTerm.slice(0, 29).every(Number.isNaN)).toBe(true);
    for (const value of [...momentary.slice(3, 40), ...shortTerm.slice(29, 40)])
      expect(Math.abs(value + 23)).toBeLessThan(0.1);
    for (const value of [...momentary.slice(44), ...shortTerm.slice(70)])
      expect(Math.abs(value + 33)).toBeLessThan(0.1);
  });

  it("has at most 600 points, each with the highest loudness of its interval, and its maximum is the meter's", () => {
    const { series, momentaryMax } = stereo([
      [120, -40],
      [0.5, -20],
      [120, -40],
    ]);
    expect(series.interval).toBe(0.5);
    expect(series.momentary.length).toBe(481);
    const highest = series.momentary.filter((value) => value > -39);
    expect(highest.length).toBeLessThan(4);
    expect(Math.abs(Math.max(...highest) - momentaryMax)).toBeLessThan(0.1);
  });

  it("of silence has no numbers, and of a recording below 100 ms no points", () => {
    expect(stereo([[1, SILENT]]).series.momentary.every(Number.isNaN)).toBe(true);
    expect(stereo([[0.05, -20]]).series).toEqual({ interval: 0.1, momentary: [], shortTerm: [] });
  });
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

  /** Within what the document allows. */
  const expectPeak = (samples: Float64Array, expected: number) => {
    const [peak = 0] = feed(truePeakMeter(1), [samples]);
    const difference = 20 * Math.log10(peak) - expected;
    expect(difference).toBeLessThanOrEqual(0.2);
    expect(difference).toBeGreaterThanOrEqual(-0.4);
  };

  it.each([
    { name: "case 15", samples: sine(4, 0, 0.5), expected: -6 },
    { name: "case 16", samples: sine(4, 45, 0.5), expected: -6 },
    { name: "case 17", samples: sine(6, 60, 0.5), expected: -6 },
    { name: "case 18", samples: sine(8, 67.5, 0.5), expected: -6 },
    { name: "case 19", samples: sine(4, 45, 1.41), expected: 3 },
  ])("$name", ({ samples, expected }) => {
    expectPeak(samples, expected);
  });

  it.each([
    ["case 20", 0],
    ["case 21", 1],
    ["case 22", 2],
    ["case 23", 3],
  ])("%s: one period at full scale, sampled %i quarter samples late, peaks at 0", (_, offset) => {
    expectPeak(decimated(burst(), offset), 0);
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

/**
 * At four times the rate: a sine of rate / 6 and half of full scale, with one period of a sine of rate / 4 and full
 * scale in it, without a break of phase; faded in and out over 10 ms.
 */
function burst(): Float64Array {
  const frames = RATE;
  const from = frames / 2;
  const period = 16;
  const fade = (4 * RATE) / 100;
  let phase = 0;
  return Float64Array.from({ length: frames }, (_, i) => {
    const inside = i >= from && i < from + period;
    const level = (inside ? 1 : 0.5) * Math.min(1, i / fade, (frames - i) / fade);
    const value = level * Math.sin(phase);
    phase += (2 * Math.PI) / (inside ? period : 24);
    return value;
  });
}

/** Every fourth sample from `offset` on, after a low pass (sinc of 401 taps, Blackman window) at half the new rate. */
function decimated(samples: Float64Array, offset: number): Float64Array {
  const reach = 200;
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => {
    const x = (k - reach) / 4;
    const turn = (Math.PI * k) / reach;
    const window = 0.42 - 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn);
    return (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) * window * 0.25;
  });
  return Float64Array.from({ length: samples.length / 4 }, (_, i) => {
    const centre = 4 * i + offset;
    return taps.reduce((sum, tap, k) => sum + tap * (samples[centre + k - reach] ?? 0), 0);
  });
}

import type { Meter, SampleBlock } from "../blocks.ts";

/** Statistics of one series of samples; full scale 1. */
export interface Level {
  readonly samples: number;
  /** Root of the mean square. */
  readonly rms: number;
  /** Largest absolute sample. */
  readonly peak: number;
  /** Mean of the samples. */
  readonly dcOffset: number;
  readonly min: number;
  readonly max: number;
  /** Number of sign changes from one sample to the next; 0 counts as positive. */
  readonly zeroCrossings: number;
}

export interface Levels {
  /** Statistics over all samples of all channels; crossings are counted over the interleaved samples. */
  readonly all: Level;
  readonly perChannel: readonly Level[];
  /** Statistics of the mean of the channels. */
  readonly monoMix: Level;
}

export function levelMeter(channelCount: number): Meter<Levels> {
  if (channelCount === 1) return monoMeter();
  const series = Array.from({ length: channelCount }, () => new Series());
  const mix = new Series();
  const interleaved = new InterleavedCrossings();
  return {
    add(block) {
      for (const [channel, plane] of block.channels.entries()) series[channel]?.add(plane, block.frames);
      interleaved.add(block);
      mix.add(block.mono, block.frames);
    },
    result() {
      const perChannel = series.map((one) => one.level());
      const zeroCrossings = interleaved.count;
      return { all: { ...together(perChannel), zeroCrossings }, perChannel, monoMix: mix.level() };
    },
  };
}

/** One channel is its own mix, and its crossings are those of the interleaved samples. */
function monoMeter(): Meter<Levels> {
  const series = new Series();
  return {
    add: ({ mono, frames }) => series.add(mono, frames),
    result() {
      const level = series.level();
      const all = { ...together([level]), zeroCrossings: level.zeroCrossings };
      return { all, perChannel: [level], monoMix: level };
    },
  };
}

class Series {
  #samples = 0;
  #squares = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #crossings = 0;
  #negative: boolean | undefined;

  add(samples: Float64Array, frames: number): void {
    let squares = 0;
    let sum = 0;
    let min = this.#min;
    let max = this.#max;
    let crossings = 0;
    let negative = this.#negative ?? (samples[0] ?? 0) < 0;
    for (let i = 0; i < frames; i += 1) {
      const x = samples[i] ?? 0;
      squares += x * x;
      sum += x;
      if (x < min) min = x;
      if (x > max) max = x;
      if (x < 0 !== negative) {
        negative = !negative;
        crossings += 1;
      }
    }
    this.#samples += frames;
    this.#squares += squares;
    this.#sum += sum;
    this.#min = min;
    this.#max = max;
    this.#crossings += crossings;
    this.#negative = negative;
  }

  level(): Level {
    const samples = this.#samples;
    return {
      samples,
      rms: Math.sqrt(this.#squares / samples),
      peak: samples === 0 ? Number.NaN : Math.max(this.#max, -this.#min, 0),
      dcOffset: this.#sum / samples,
      min: samples === 0 ? Number.NaN : this.#min,
      max: samples === 0 ? Number.NaN : this.#max,
      zeroCrossings: this.#crossings,
    };
  }
}

/** Counts sign changes in file order: all channels of a frame, then the next frame. */
class InterleavedCrossings {
  count = 0;
  #negative: boolean | undefined;

  add({ channels, frames }: SampleBlock): void {
    const [first, last] = [channels[0], channels.at(-1)];
    if (first === undefined || last === undefined || frames === 0) return;
    const negative = (first[0] ?? 0) < 0;
    if (this.#negative !== undefined && this.#negative !== negative) this.count += 1;
    this.#negative = (last[frames - 1] ?? 0) < 0;
    // From the last channel of a frame to the first of the next, then from each channel to the one behind it.
    this.count += changes(last, first.subarray(1), frames - 1);
    for (const [channel, plane] of channels.entries()) {
      const before = channels[channel - 1];
      if (before !== undefined) this.count += changes(before, plane, frames);
    }
  }
}

/** Number of indexes at which one series is negative and the other is not. */
function changes(one: Float64Array, other: Float64Array, count: number): number {
  let found = 0;
  for (let i = 0; i < count; i += 1) if ((one[i] ?? 0) < 0 !== (other[i] ?? 0) < 0) found += 1;
  return found;
}

/** Averages over channels; they have the same number of samples, so the mean of their means is the mean. */
function together(levels: readonly Level[]): Omit<Level, "zeroCrossings"> {
  const mean = (of: (level: Level) => number) =>
    levels.reduce((sum, level) => sum + of(level), 0) / levels.length;
  return {
    samples: levels.reduce((sum, level) => sum + level.samples, 0),
    rms: Math.sqrt(mean(({ rms }) => rms * rms)),
    peak: Math.max(...levels.map(({ peak }) => peak)),
    dcOffset: mean(({ dcOffset }) => dcOffset),
    min: Math.min(...levels.map(({ min }) => min)),
    max: Math.max(...levels.map(({ max }) => max)),
  };
}

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
    let negative = this.#negative ?? (channels[0]?.[0] ?? 0) < 0;
    let crossings = 0;
    for (let i = 0; i < frames; i += 1) {
      for (const plane of channels) {
        if ((plane[i] ?? 0) < 0 === negative) continue;
        negative = !negative;
        crossings += 1;
      }
    }
    this.count += crossings;
    this.#negative = negative;
  }
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

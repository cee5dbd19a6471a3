import FFT from "fft.js";
import type { Meter } from "../blocks.ts";

/** Statistics over the frames of the spectrum, in Hz. `std` is the population's standard deviation. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

export interface Spectrum {
  readonly frames: number;
  readonly centroid: Spread;
  readonly bandwidth: Spread;
  readonly rolloff: Spread;
}

/** Share of the summed magnitude below the roll-off frequency. */
export const ROLLOFF = 0.85;

/**
 * Spectral centroid, bandwidth (p = 2) and roll-off as `librosa.feature` 0.10 defines them, of the mono mix
 * at its own sample rate: magnitudes of frames of `size` samples, hop `size / 4`, periodic Hann window,
 * centred with zeros beyond the ends. Silent frames count as 0 Hz, as in librosa.
 */
export function spectrumMeter(sampleRate: number, size: number): Meter<Spectrum> {
  const hop = size / 4;
  const analyser = new Analyser(sampleRate, size);
  const buffer = new Float64Array(size);
  let filled = size / 2;
  const feed = (samples: Float64Array, count: number) => {
    for (let from = 0; from < count; ) {
      const part = Math.min(count - from, size - filled);
      buffer.set(samples.subarray(from, from + part), filled);
      from += part;
      filled += part;
      if (filled < size) continue;
      analyser.frame(buffer);
      buffer.copyWithin(0, hop);
      filled -= hop;
    }
  };
  return {
    add: ({ mono, frames }) => feed(mono, frames),
    result() {
      feed(new Float64Array(size / 2), size / 2);
      return analyser.result();
    },
  };
}

class Analyser {
  readonly #fft: FFT;
  readonly #window: Float64Array;
  readonly #frequencies: Float64Array;
  readonly #input: Float64Array;
  readonly #output: number[];
  readonly #magnitudes: Float64Array;
  readonly #centroid = new Running();
  readonly #bandwidth = new Running();
  readonly #rolloff = new Running();

  constructor(sampleRate: number, size: number) {
    this.#fft = new FFT(size);
    this.#window = Float64Array.from(
      { length: size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
    );
    this.#frequencies = Float64Array.from({ length: size / 2 + 1 }, (_, i) => (i * sampleRate) / size);
    this.#input = new Float64Array(size);
    this.#output = this.#fft.createComplexArray();
    this.#magnitudes = new Float64Array(size / 2 + 1);
  }

  frame(samples: Float64Array): void {
    const total = this.#transform(samples);
    if (total === 0) {
      this.#note(0, 0, 0);
      return;
    }
    const centroid = this.#weighted((frequency) => frequency) / total;
    const bandwidth = Math.sqrt(this.#weighted((frequency) => (frequency - centroid) ** 2) / total);
    this.#note(centroid, bandwidth, this.#below(ROLLOFF * total));
  }

  result(): Spectrum {
    const centroid = this.#centroid.spread();
    const bandwidth = this.#bandwidth.spread();
    return { frames: this.#centroid.count, centroid, bandwidth, rolloff: this.#rolloff.spread() };
  }

  /** Fills the magnitudes; returns their sum. */
  #transform(samples: Float64Array): number {
    for (let i = 0; i < samples.length; i += 1) this.#input[i] = (samples[i] ?? 0) * (this.#window[i] ?? 0);
    this.#fft.realTransform(this.#output, this.#input);
    let total = 0;
    for (let i = 0; i < this.#magnitudes.length; i += 1) {
      const real = this.#output[2 * i] ?? 0;
      const imaginary = this.#output[2 * i + 1] ?? 0;
      const magnitude = Math.sqrt(real * real + imaginary * imaginary);
      this.#magnitudes[i] = magnitude;
      total += magnitude;
    }
    return total;
  }

  #weighted(weight: (frequency: number) => number): number {
    let sum = 0;
    for (let i = 0; i < this.#magnitudes.length; i += 1) {
      sum += (this.#magnitudes[i] ?? 0) * weight(this.#frequencies[i] ?? 0);
    }
    return sum;
  }

  /** The lowest frequency up to which the magnitudes sum to at least `threshold`. */
  #below(threshold: number): number {
    let sum = 0;
    for (let i = 0; i < this.#magnitudes.length; i += 1) {
      sum += this.#magnitudes[i] ?? 0;
      if (sum >= threshold) return this.#frequencies[i] ?? 0;
    }
    return this.#frequencies.at(-1) ?? 0;
  }

  #note(centroid: number, bandwidth: number, rolloff: number): void {
    this.#centroid.add(centroid);
    this.#bandwidth.add(bandwidth);
    this.#rolloff.add(rolloff);
  }
}

/** Mean and variance in one pass (Welford 1962). */
class Running {
  count = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.count += 1;
    const before = value - this.#mean;
    this.#mean += before / this.count;
    this.#squares += before * (value - this.#mean);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  spread(): Spread {
    return { mean: this.#mean, std: Math.sqrt(this.#squares / this.count), min: this.#min, max: this.#max };
  }
}

import type { Meter } from "../blocks.ts";
import { MagnitudeSpectrum } from "./magnitudes.ts";

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
  readonly #spectrum: MagnitudeSpectrum;
  /** Distance of two bins, in Hz. */
  readonly #spacing: number;
  /** The bin next to the last centroid: sums around it lose no digits. */
  #pivot = 0;
  readonly #centroid = new Running();
  readonly #bandwidth = new Running();
  readonly #rolloff = new Running();

  constructor(sampleRate: number, size: number) {
    this.#spectrum = new MagnitudeSpectrum(size);
    this.#spacing = sampleRate / size;
  }

  frame(samples: Float64Array): void {
    const { total, first, second } = this.#spectrum.transform(samples, this.#pivot);
    if (total === 0) {
      this.#note(0, 0, 0);
      return;
    }
    const distance = first / total;
    const centroid = this.#pivot + distance;
    const bandwidth = Math.sqrt(Math.max(0, second / total - distance ** 2));
    this.#note(centroid, bandwidth, binBelow(this.#spectrum.values, ROLLOFF * total));
    this.#pivot = Math.round(centroid);
  }

  result(): Spectrum {
    const centroid = this.#centroid.spread();
    const bandwidth = this.#bandwidth.spread();
    return { frames: this.#centroid.count, centroid, bandwidth, rolloff: this.#rolloff.spread() };
  }

  /** Values in bins. */
  #note(centroid: number, bandwidth: number, rolloff: number): void {
    this.#centroid.add(centroid * this.#spacing);
    this.#bandwidth.add(bandwidth * this.#spacing);
    this.#rolloff.add(rolloff * this.#spacing);
  }
}

/** The lowest bin up to which the magnitudes sum to at least `threshold`. */
function binBelow(magnitudes: Float64Array, threshold: number): number {
  let sum = 0;
  for (let bin = 0; bin < magnitudes.length; bin += 1) {
    sum += magnitudes[bin] ?? 0;
    if (sum >= threshold) return bin;
  }
  return magnitudes.length - 1;
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

import type { Meter, SampleBlock } from "../blocks.ts";
import { channelWeights } from "./channelWeights.ts";
import { KWeighting } from "./kWeighting.ts";
import { type LoudnessSeries, seriesOf } from "./loudnessSeries.ts";

/** Values in LUFS; NaN for recordings that are too short or too quiet. */
export interface Loudness {
  /** Gated loudness of the whole recording (ITU-R BS.1770-4). */
  readonly integrated: number;
  /** Loudness range in LU (EBU Tech 3342). */
  readonly range: number;
  /** Highest loudness over 400 ms, and over 3 s (EBU Tech 3341). */
  readonly momentaryMax: number;
  readonly shortTermMax: number;
  readonly series: LoudnessSeries;
}

/** The meter's time unit is a slot of 10 ms, the resolution of momentary and short-term maxima. */
const SLOTS_A_SECOND = 100;
const MOMENTARY = 40;
const SHORT_TERM = 300;
/** Gating blocks and the values behind the loudness range begin every 100 ms. */
const HOP = 10;
const ABSOLUTE_GATE = -70;

/** Loudness by EBU R 128. Each channel has the weight of its speaker; LFE has weight 0. */
export function loudnessMeter(sampleRate: number, channels: number, mask: number): Meter<Loudness> {
  const weights = channelWeights(channels, mask);
  const filters = weights.map(() => new KWeighting(sampleRate));
  const windows = new Windows(sampleRate);
  let slot = 0;
  let seen = 0;
  let energy = 0;
  const energyOf = ({ channels: planes }: SampleBlock, from: number, to: number) =>
    planes.reduce((sum, plane, channel) => {
      const weight = weights[channel] ?? 0;
      return weight === 0 ? sum : sum + weight * (filters[channel]?.energy(plane, from, to) ?? 0);
    }, 0);
  const add = (block: SampleBlock) => {
    for (let from = 0; from < block.frames; ) {
      const end = slotStart(slot + 1, sampleRate) - seen;
      const to = Math.min(block.frames, end);
      energy += energyOf(block, from, to);
      from = to;
      if (to < end) continue;
      windows.push(energy);
      energy = 0;
      slot += 1;
    }
    seen += block.frames;
  };
  return { add, result: () => windows.result() };
}

/** The first frame of a slot. Slots are 10 ms long to within a frame at every sample rate. */
function slotStart(slot: number, sampleRate: number): number {
  return Math.round((slot * sampleRate) / SLOTS_A_SECOND);
}

/** Sums over the last 400 ms and 3 s, and the values that the gates need at the end: one number for each 100 ms. */
class Windows {
  readonly #sampleRate: number;
  readonly #ring = new Float64Array(SHORT_TERM);
  readonly #gating: number[] = [];
  readonly #shortTerm: number[] = [];
  #slots = 0;
  #momentaryMax = 0;
  #shortTermMax = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  push(energy: number): void {
    this.#ring[this.#slots % SHORT_TERM] = energy;
    this.#slots += 1;
    const momentary = this.#mean(MOMENTARY);
    const shortTerm = this.#mean(SHORT_TERM);
    this.#momentaryMax = Math.max(this.#momentaryMax, momentary ?? 0);
    this.#shortTermMax = Math.max(this.#shortTermMax, shortTerm ?? 0);
    if (this.#slots % HOP !== 0) return;
    if (momentary !== undefined) this.#gating.push(momentary);
    if (shortTerm !== undefined) this.#shortTerm.push(shortTerm);
  }

  result(): Loudness {
    const windows = { momentary: this.#gating, shortTerm: this.#shortTerm };
    return {
      integrated: integratedOf(this.#gating),
      range: rangeOf(this.#shortTerm),
      momentaryMax: finite(toLufs(this.#momentaryMax)),
      shortTermMax: finite(toLufs(this.#shortTermMax)),
      series: seriesOf({ hops: Math.floor(this.#slots / HOP), ...windows }, toLufs),
    };
  }

  /** Mean square over the last `length` slots; undefined while there are fewer. */
  #mean(length: number): number | undefined {
    if (this.#slots < length) return undefined;
    let sum = 0;
    for (let i = this.#slots - length; i < this.#slots; i += 1) sum += this.#ring[i % SHORT_TERM] ?? 0;
    const first = slotStart(this.#slots - length, this.#sampleRate);
    return sum / (slotStart(this.#slots, this.#sampleRate) - first);
  }
}

/** Gates at -70 LUFS, then at 10 LU below the mean of the remaining blocks. */
function integratedOf(blocks: readonly number[]): number {
  const audible = gated(blocks, ABSOLUTE_GATE);
  return toLufs(mean(gated(audible, toLufs(mean(audible)) - 10)));
}

/** Range from the 10th to the 95th percentile of short-term loudness, gated at -70 LUFS and 20 LU below the mean. */
function rangeOf(windows: readonly number[]): number {
  const audible = gated(windows, ABSOLUTE_GATE);
  const sorted = gated(audible, toLufs(mean(audible)) - 20).sort((a, b) => a - b);
  const percentile = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return toLufs(percentile(0.95)) - toLufs(percentile(0.1));
}

function gated(energies: readonly number[], lufs: number): number[] {
  return energies.filter((energy) => toLufs(energy) >= lufs);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function toLufs(energy: number): number {
  return -0.691 + 10 * Math.log10(energy);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** What a forest learns: one channel for each class, or a single one for numbers. */
export interface Outcomes {
  readonly channels: number;
  /** Channel of each row: its class, or 0. */
  readonly channel: Uint8Array;
  /** 1 for classes; else the number. */
  readonly amount: Float64Array;
}

/** The rows of a node: a range of `order`. */
export interface NodeRows {
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
  /** How often the sample of the tree has each row. */
  readonly weights: Float64Array;
}

/** A way to part a node: the first `count` of the present bins go left. */
export interface Cut {
  readonly count: number;
  /** Sum over both sides and all channels of sum^2 / weight: the larger, the purer. */
  readonly score: number;
}

/** Sums over the rows of a node by the bins of one feature. */
export class BinSums {
  /** Bins that hold rows; the first `count` entries are valid. */
  readonly present = new Uint8Array(256);
  count = 0;
  readonly #outcomes: Outcomes;
  readonly #weight = new Float64Array(256);
  readonly #sums: Float64Array;
  readonly #left: Float64Array;
  readonly #keys = new Float64Array(256);

  constructor(outcomes: Outcomes) {
    this.#outcomes = outcomes;
    this.#sums = new Float64Array(256 * outcomes.channels);
    this.#left = new Float64Array(outcomes.channels);
  }

  /** Replaces the sums by those of these rows. */
  fill(bins: Uint8Array, { order, from, to, weights }: NodeRows): void {
    this.#clear();
    const { channels, channel, amount } = this.#outcomes;
    const weight = this.#weight;
    const sums = this.#sums;
    let count = 0;
    for (let i = from; i < to; i += 1) {
      const row = order[i] ?? 0;
      const bin = bins[row] ?? 0;
      const times = weights[row] ?? 0;
      const before = weight[bin] ?? 0;
      if (before === 0) {
        this.present[count] = bin;
        count += 1;
      }
      weight[bin] = before + times;
      const at = bin * channels + (channel[row] ?? 0);
      sums[at] = (sums[at] ?? 0) + times * (amount[row] ?? 0);
    }
    this.count = count;
  }

  /** Puts the bins in the order of their values. */
  sortByBin(): void {
    const { present, count } = this;
    if (count > 24) present.subarray(0, count).sort();
    else insertionSort(present, count, (bin) => bin);
  }

  /** Puts the bins in the order of their mean: the best way to part categories in two is a cut in this order. */
  sortByMean(channel: number): void {
    const keys = this.#keys;
    for (let at = 0; at < this.count; at += 1) {
      const bin = this.present[at] ?? 0;
      keys[bin] = (this.#sums[bin * this.#outcomes.channels + channel] ?? 0) / (this.#weight[bin] ?? 1);
    }
    // Equal means stay in the order of their codes.
    this.sortByBin();
    insertionSort(this.present, this.count, (bin) => keys[bin] ?? 0);
  }

  /** The best cut of the bins in their order, given the sums of the whole node; undefined if a side would have less than `least`. */
  bestCut(totals: Float64Array, node: { readonly weight: number; readonly least: number }): Cut | undefined {
    this.#left.fill(0);
    let weight = 0;
    let best: Cut | undefined;
    for (let at = 0; at + 1 < this.count; at += 1) {
      const bin = this.present[at] ?? 0;
      weight += this.#weight[bin] ?? 0;
      const score = this.#scoreAfter(bin, totals, { left: weight, right: node.weight - weight });
      const isAllowed = weight >= node.least && node.weight - weight >= node.least;
      if (isAllowed && (best === undefined || score > best.score)) best = { count: at + 1, score };
    }
    return best;
  }

  /** Moves a bin to the left side. Returns the score of the cut after it. */
  #scoreAfter(bin: number, totals: Float64Array, weights: { left: number; right: number }): number {
    const { channels } = this.#outcomes;
    const left = this.#left;
    const from = bin * channels;
    let leftSquares = 0;
    let rightSquares = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      const sum = (left[channel] ?? 0) + (this.#sums[from + channel] ?? 0);
      left[channel] = sum;
      const rest = (totals[channel] ?? 0) - sum;
      leftSquares += sum * sum;
      rightSquares += rest * rest;
    }
    return leftSquares / weights.left + rightSquares / weights.right;
  }

  #clear(): void {
    const { channels } = this.#outcomes;
    for (let at = 0; at < this.count; at += 1) {
      const bin = this.present[at] ?? 0;
      this.#weight[bin] = 0;
      this.#sums.fill(0, bin * channels, (bin + 1) * channels);
    }
    this.count = 0;
  }
}

function insertionSort(bins: Uint8Array, count: number, keyOf: (bin: number) => number): void {
  for (let at = 1; at < count; at += 1) {
    const bin = bins[at] ?? 0;
    const key = keyOf(bin);
    let to = at;
    while (to > 0 && keyOf(bins[to - 1] ?? 0) > key) {
      bins[to] = bins[to - 1] ?? 0;
      to -= 1;
    }
    bins[to] = bin;
  }
}

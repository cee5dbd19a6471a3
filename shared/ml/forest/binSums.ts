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

/** What a node is as a whole. */
export interface NodeTotals {
  readonly weight: number;
  /** Sum over the channels of sum^2, divided by the weight. */
  readonly score: number;
  readonly isPure: boolean;
}

/** Sums over the rows of a node by the bins of one feature. */
export class BinSums {
  /** Bins that hold rows; the first `count` entries are valid. */
  readonly present = new Uint8Array(256);
  count = 0;
  /** Sum of the node by channel. */
  readonly totals: Float64Array;
  readonly #outcomes: Outcomes;
  readonly #weight = new Float64Array(256);
  readonly #sums: Float64Array;
  readonly #left: Float64Array;
  readonly #keys = new Float64Array(256);
  /** Sums of the squares of the left and the right side. */
  readonly #sides = new Float64Array(2);
  /** Rows of the node, and what each adds: side by side, because every feature reads them. */
  #rows: Int32Array = new Int32Array(0);
  readonly #times: Float64Array;
  readonly #added: Float64Array;
  readonly #channel: Uint8Array;
  #nodeWeight = 0;
  #squares = 0;

  /** @param rows most rows of a node */
  constructor(outcomes: Outcomes, rows: number) {
    this.#outcomes = outcomes;
    this.totals = new Float64Array(outcomes.channels);
    this.#sums = new Float64Array(256 * outcomes.channels);
    this.#left = new Float64Array(outcomes.channels);
    this.#times = new Float64Array(rows);
    this.#added = new Float64Array(rows);
    this.#channel = new Uint8Array(rows);
  }

  /** Takes the rows of a node. */
  take({ order, from, to, weights }: NodeRows): NodeTotals {
    const { channel, amount } = this.#outcomes;
    this.#rows = order.subarray(from, to);
    const totals = this.totals.fill(0);
    const [first = 0] = this.#rows;
    let weight = 0;
    let isPure = true;
    for (let i = 0; i < this.#rows.length; i += 1) {
      const row = this.#rows[i] ?? 0;
      const times = weights[row] ?? 0;
      const at = channel[row] ?? 0;
      const added = times * (amount[row] ?? 0);
      weight += times;
      this.#times[i] = times;
      this.#channel[i] = at;
      this.#added[i] = added;
      totals[at] = (totals[at] ?? 0) + added;
      if (at !== channel[first] || amount[row] !== amount[first]) isPure = false;
    }
    let squares = 0;
    for (const total of totals) squares += total * total;
    this.#nodeWeight = weight;
    this.#squares = squares;
    return { weight, score: squares / weight, isPure };
  }

  /** Replaces the sums by those of the node's rows. */
  fill(bins: Uint8Array): void {
    this.#clear();
    const { channels } = this.#outcomes;
    const rows = this.#rows;
    const times = this.#times;
    const added = this.#added;
    const channel = this.#channel;
    const weight = this.#weight;
    const sums = this.#sums;
    let count = 0;
    for (let i = 0; i < rows.length; i += 1) {
      const bin = bins[rows[i] ?? 0] ?? 0;
      const before = weight[bin] ?? 0;
      if (before === 0) {
        this.present[count] = bin;
        count += 1;
      }
      weight[bin] = before + (times[i] ?? 0);
      const at = bin * channels + (channel[i] ?? 0);
      sums[at] = (sums[at] ?? 0) + (added[i] ?? 0);
    }
    this.count = count;
  }

  /** Puts the bins in the order of their values. */
  sortByBin(): void {
    if (this.count > 24) this.#collect();
    else insertionSort(this.present, this.count, (bin) => bin);
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

  /** The best cut of the bins in their order; undefined if a side would have less than `least`. */
  bestCut(least: number): Cut | undefined {
    return this.#outcomes.channels === 1 ? this.#cutOfNumbers(least) : this.#cutOfClasses(least);
  }

  #cutOfNumbers(least: number): Cut | undefined {
    const total = this.totals[0] ?? 0;
    let [left, weight, count, score] = [0, 0, 0, Number.NEGATIVE_INFINITY];
    for (let at = 0; at + 1 < this.count; at += 1) {
      const bin = this.present[at] ?? 0;
      weight += this.#weight[bin] ?? 0;
      left += this.#sums[bin] ?? 0;
      const rest = this.#nodeWeight - weight;
      const found = (left * left) / weight + ((total - left) * (total - left)) / rest;
      if (!(found > score) || weight < least || rest < least) continue;
      score = found;
      count = at + 1;
    }
    return count === 0 ? undefined : { count, score };
  }

  #cutOfClasses(least: number): Cut | undefined {
    this.#left.fill(0);
    const squares = this.#sides;
    squares[0] = 0;
    squares[1] = this.#squares;
    let [weight, count, score] = [0, 0, Number.NEGATIVE_INFINITY];
    for (let at = 0; at + 1 < this.count; at += 1) {
      const bin = this.present[at] ?? 0;
      weight += this.#weight[bin] ?? 0;
      this.#moveClasses(bin);
      const rest = this.#nodeWeight - weight;
      const found = (squares[0] ?? 0) / weight + (squares[1] ?? 0) / rest;
      if (!(found > score) || weight < least || rest < least) continue;
      score = found;
      count = at + 1;
    }
    return count === 0 ? undefined : { count, score };
  }

  /** Moves a bin to the left side. Sums of classes are whole numbers, so no change of their squares is rounded. */
  #moveClasses(bin: number): void {
    const left = this.#left;
    const squares = this.#sides;
    const from = bin * left.length;
    for (let channel = 0; channel < left.length; channel += 1) {
      const moved = this.#sums[from + channel] ?? 0;
      if (moved === 0) continue;
      const before = left[channel] ?? 0;
      const rest = (this.totals[channel] ?? 0) - before;
      left[channel] = before + moved;
      squares[0] = (squares[0] ?? 0) + moved * (2 * before + moved);
      squares[1] = (squares[1] ?? 0) - moved * (2 * rest - moved);
    }
  }

  /** The present bins in their order, by a look at all. */
  #collect(): void {
    let count = 0;
    for (let bin = 0; bin < 256; bin += 1) {
      if (this.#weight[bin] === 0) continue;
      this.present[count] = bin;
      count += 1;
    }
  }

  #clear(): void {
    const { channels } = this.#outcomes;
    const sums = this.#sums;
    for (let at = 0; at < this.count; at += 1) {
      const bin = this.present[at] ?? 0;
      this.#weight[bin] = 0;
      const end = (bin + 1) * channels;
      for (let i = bin * channels; i < end; i += 1) sums[i] = 0;
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

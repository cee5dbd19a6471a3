interface Point {
  readonly x: number;
  readonly y: number;
}

/** Height of the line between two points (Vorbis I, 9.2.6). */
export function pointOn(from: Point, to: Point, x: number): number {
  const rise = to.y - from.y;
  const offset = Math.trunc((Math.abs(rise) * (x - from.x)) / (to.x - from.x));
  return rise < 0 ? from.y - offset : from.y + offset;
}

/** For each point the nearest ones on both sides among those before it in the list. */
export function neighboursOf(points: readonly number[]): readonly (readonly [number, number])[] {
  return points.map((x, count) => {
    const order = fromLeft(points.slice(0, count));
    const low = order.findLast((at) => (points[at] ?? 0) < x);
    return [low ?? 0, order.find((at) => (points[at] ?? 0) > x) ?? 1];
  });
}

function fromLeft(points: readonly number[]): readonly number[] {
  return points.map((_, at) => at).sort((a, b) => (points[a] ?? 0) - (points[b] ?? 0));
}

/** Amplitudes of heights: steps of 140/256 dB up to 1. */
const AMPLITUDES = Float64Array.from({ length: 256 }, (_, at) => 10 ** (((at - 255) * 140) / 256 / 20));

/** Draws the lines between the used points of an envelope. */
export class SegmentCurve {
  readonly #points: readonly number[];
  readonly #multiplier: number;
  readonly #order: readonly number[];

  constructor(points: readonly number[], multiplier: number) {
    this.#points = points;
    this.#multiplier = multiplier;
    this.#order = fromLeft(points);
  }

  draw(heights: Int32Array, isUsed: Uint8Array, curve: Float64Array): void {
    let from: Point = { x: 0, y: this.#level(heights[0]) };
    for (const at of this.#order) {
      if (isUsed[at] === 0 || at === 0) continue;
      const to = { x: this.#points[at] ?? 0, y: this.#level(heights[at]) };
      drawLine(from, to, curve);
      from = to;
    }
    if (from.x < curve.length) curve.fill(AMPLITUDES[from.y] ?? 0, from.x);
  }

  #level(height: number | undefined): number {
    return Math.min(255, Math.max(0, (height ?? 0) * this.#multiplier));
  }
}

/** Whole numbers of a line by its error, as Bresenham draws them (Vorbis I, 9.2.7). */
function drawLine(from: Point, to: Point, curve: Float64Array): void {
  const [width, rise] = [to.x - from.x, to.y - from.y];
  const base = Math.trunc(rise / width);
  const step = rise < 0 ? base - 1 : base + 1;
  const rest = Math.abs(rise) - Math.abs(base) * width;
  const end = Math.min(to.x, curve.length);
  let [y, error] = [from.y, 0];
  for (let x = from.x; x < end; x += 1) {
    curve[x] = AMPLITUDES[y] ?? 0;
    error += rest;
    const isOver = error >= width;
    y += isOver ? step : base;
    if (isOver) error -= width;
  }
}

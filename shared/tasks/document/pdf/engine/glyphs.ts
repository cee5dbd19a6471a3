/** Numbers of a run in `Glyphs.runs`. */
export const RUN = 5;

/**
 * Glyphs of a page in the order of its content, as arrays that cross from the engine's worker at the cost of a copy.
 * A run is a series of glyphs with one direction, one baseline and one size.
 */
export interface Glyphs {
  /** Text of each glyph: mostly a letter; none for a glyph that another one's text stands for. */
  readonly texts: readonly string[];
  /** Start and end of each glyph along its baseline, in points. */
  readonly places: Float64Array;
  /** For each run: index after its last glyph, x and y of its direction (a unit vector), baseline, size. */
  readonly runs: Float64Array;
}

/** Place of a run: lengths in points; the baseline as its distance from the origin, more to the left of the direction. */
export interface RunPlace {
  readonly x: number;
  readonly y: number;
  readonly baseline: number;
  readonly size: number;
}

/** Gathers glyphs; consecutive runs in one place become one. */
export class GlyphCollector {
  #texts: string[] = [];
  #places: number[] = [];
  #runs: number[] = [];
  #last: RunPlace | undefined;

  get length(): number {
    return this.#texts.length;
  }

  /** Begins a run; the glyphs that follow belong to it. */
  start(place: RunPlace): void {
    const last = this.#last;
    if (last !== undefined && isSame(last, place)) return;
    this.#endRun();
    this.#last = place;
  }

  push(text: string, start: number, end: number): void {
    this.#texts.push(text);
    this.#places.push(start, end);
  }

  /** Gives the glyphs so far and begins anew. */
  take(): Glyphs {
    this.#endRun();
    const glyphs = {
      texts: this.#texts,
      places: Float64Array.from(this.#places),
      runs: Float64Array.from(this.#runs),
    };
    [this.#texts, this.#places, this.#runs] = [[], [], []];
    return glyphs;
  }

  #endRun(): void {
    const { length } = this.#texts;
    if (this.#last === undefined || length === (this.#runs.at(-RUN) ?? 0)) return;
    const { x, y, baseline, size } = this.#last;
    this.#runs.push(length, x, y, baseline, size);
  }
}

function isSame(one: RunPlace, other: RunPlace): boolean {
  return one.x === other.x && one.y === other.y && one.size === other.size && one.baseline === other.baseline;
}

import type { Colours } from "../../../media/picture/colour.ts";

/** Largest difference of a sample between neighbours on paper, 0..255: more than the noise of scans, less than an edge. */
const EVEN = 14;
/** Least width in pixels of an area that text stands on; strokes of letters are narrower on a reduced page. */
const LEAST_WIDTH = 48;
const LEAST_PIXELS = 200;

/** Marks the pixels of even areas that are wide enough to be the ground of text: paper, panels, cells of tables. */
export function evenAreas(page: Colours): Uint8Array {
  const even = evenPixels(page);
  const { width } = page;
  const stack = new Int32Array(even.length);
  for (let start = 0; start < even.length; start++) {
    if (even[start] !== 1) continue;
    const { count, left, right } = fill(even, stack, { start, width });
    const kept = count >= LEAST_PIXELS && right - left >= LEAST_WIDTH;
    if (!kept) for (let at = 0; at < count; at++) even[stack[at] as number] = 0;
  }
  return even;
}

/** 1 where a pixel differs little from its four neighbours; 0 at the border of the page. */
function evenPixels({ width, height, channels, data }: Colours): Uint8Array {
  const even = new Uint8Array(width * height);
  for (let y = 1; y + 1 < height; y++) even.fill(1, y * width + 1, (y + 1) * width - 1);
  const row = width * channels;
  for (let from = 0; from < data.length; from++) {
    const sample = data[from] as number;
    const right = Math.abs((data[from + channels] ?? sample) - sample) > EVEN;
    const below = Math.abs((data[from + row] ?? sample) - sample) > EVEN;
    if (!right && !below) continue;
    const at = Math.floor(from / channels);
    even[at] = 0;
    if (right) even[at + 1] = 0;
    if (below) even[at + width] = 0;
  }
  return even;
}

interface Start {
  readonly start: number;
  readonly width: number;
}

/** Collects the connected pixels with the value 1 in `stack` and marks them with 2. */
function fill(even: Uint8Array, stack: Int32Array, { start, width }: Start) {
  // Pixels at the borders of the page are never even, so each has four neighbours.
  const steps = [-1, 1, -width, width];
  let [count, left, right] = [1, width, 0];
  stack[0] = start;
  even[start] = 2;
  for (let next = 0; next < count; next++) {
    const at = stack[next] as number;
    left = Math.min(left, at % width);
    right = Math.max(right, at % width);
    for (const step of steps) {
      if (even[at + step] !== 1) continue;
      even[at + step] = 2;
      stack[count++] = at + step;
    }
  }
  return { count, left, right };
}

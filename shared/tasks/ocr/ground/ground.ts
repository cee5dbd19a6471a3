import type { Colours } from "../../../media/picture/colour.ts";
import { evenAreas } from "./areas.ts";

/** Cost of a step to the nearest even area: lines of text lie side by side with their ground. */
const ASIDE = 1;
const UPWARD = 3;
const FAR = 0xffff;

/** The ground of each pixel of a reduced page. */
export interface Ground {
  readonly width: number;
  readonly height: number;
  /** Index of the pixel whose colour is the ground. */
  readonly nearest: Int32Array;
  /** Steps to that pixel, those up and down counted three times. */
  readonly distance: Uint16Array;
}

/** Finds the ground of each pixel: the nearest even area. undefined for a page without any. */
export function groundOf(page: Colours): Ground | undefined {
  const { width, height } = page;
  const areas = evenAreas(page);
  const distance = new Uint16Array(areas.length).fill(FAR);
  const nearest = new Int32Array(areas.length).fill(-1);
  let some = false;
  for (let at = 0; at < areas.length; at++) {
    if (areas[at] === 0) continue;
    some = true;
    distance[at] = 0;
    nearest[at] = at;
  }
  if (!some) return undefined;
  const ground = { width, height, nearest, distance };
  for (let y = 0; y < height; y++) sweepRow(ground, y, -1);
  for (let y = height - 1; y >= 0; y--) sweepRow(ground, y, 1);
  return ground;
}

/** Takes over what the row before (-1) or after (1) and the neighbours in the row know. */
function sweepRow({ width, height, nearest, distance }: Ground, y: number, side: -1 | 1): void {
  const start = y * width;
  const other = (y + side) * width;
  const take = (at: number, from: number, cost: number) => {
    const way = (distance[from] as number) + cost;
    if (way >= (distance[at] as number)) return;
    distance[at] = way;
    nearest[at] = nearest[from] as number;
  };
  if (y + side >= 0 && y + side < height) for (let x = 0; x < width; x++) take(start + x, other + x, UPWARD);
  for (let at = start + 1; at < start + width; at++) take(at, at - 1, ASIDE);
  for (let at = start + width - 2; at >= start; at--) take(at, at + 1, ASIDE);
}

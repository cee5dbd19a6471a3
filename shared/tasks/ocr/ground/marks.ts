import type { Colours } from "../../../media/picture/colour.ts";
import type { Box } from "../box.ts";
import type { Ground } from "./ground.ts";

/** Least difference of a sample between a mark and its ground, 0..255. */
const CONTRAST = 26;

/** A connected piece that differs from its ground: a letter, a word of a reduced page, a rule, a spot. */
export interface InkMark extends Box {
  readonly pixels: number;
  /** Least way from its pixels to their ground, in steps. */
  readonly toGround: number;
}

/** Finds all marks of a reduced page. */
export function marksOf(page: Colours, ground: Ground): InkMark[] {
  const { width } = ground;
  const isMark = markPixels(page, ground);
  // Marks at the border of the page need no test for neighbours then.
  isMark.fill(0, 0, width);
  isMark.fill(0, isMark.length - width);
  for (let at = 0; at < isMark.length; at += width) isMark[at] = isMark[at + width - 1] = 0;
  const stack = new Int32Array(isMark.length);
  const marks: InkMark[] = [];
  for (let start = 0; start < isMark.length; start++)
    if (isMark[start] === 1) marks.push(collect(isMark, stack, { start, ground }));
  return marks;
}

function markPixels({ data, channels }: Colours, { nearest }: Ground): Uint8Array {
  const isMark = new Uint8Array(nearest.length);
  for (let at = 0; at < isMark.length; at++) {
    const ground = nearest[at] as number;
    if (ground === at) continue;
    for (let channel = 0; channel < channels; channel++) {
      const own = data[at * channels + channel] as number;
      if (Math.abs(own - (data[ground * channels + channel] as number)) >= CONTRAST) isMark[at] = 1;
    }
  }
  return isMark;
}

interface Start {
  readonly start: number;
  readonly ground: Ground;
}

function collect(isMark: Uint8Array, stack: Int32Array, { start, ground }: Start): InkMark {
  const { width, distance } = ground;
  const box = { x0: width, y0: Number.POSITIVE_INFINITY, x1: 0, y1: 0 };
  let [count, toGround] = [1, Number.POSITIVE_INFINITY];
  stack[0] = start;
  isMark[start] = 0;
  for (let next = 0; next < count; next++) {
    const at = stack[next] as number;
    const [x, y] = [at % width, Math.floor(at / width)];
    box.x0 = Math.min(box.x0, x);
    box.x1 = Math.max(box.x1, x + 1);
    box.y0 = Math.min(box.y0, y);
    box.y1 = Math.max(box.y1, y + 1);
    toGround = Math.min(toGround, distance[at] as number);
    for (let row = at - width; row <= at + width; row += width) {
      for (let other = row - 1; other <= row + 1; other++) {
        if (isMark[other] !== 1) continue;
        isMark[other] = 0;
        stack[count++] = other;
      }
    }
  }
  return { ...box, pixels: count, toGround };
}

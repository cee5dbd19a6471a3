import { rawOf, sharpOf } from "../../media/picture/graySharp.ts";
import type { Gray } from "../../media/picture/luma.ts";

/** Longer side of the page for the measurement: lines of text stay separate, noise disappears. */
const MEASURED_SIDE = 1000;
const MAX_DEGREES = 15;
/** Smallest angle; tesseract straightens smaller ones itself, without the loss of a resampling. */
const MIN_DEGREES = 1;
/** Least gain in sharpness over the unrotated page; pictures without lines of text have no sharp angle. */
const MIN_GAIN = 1.25;
/** Least difference in brightness of ink and its surroundings, 0..255. */
const INK_CONTRAST = 24;

/**
 * Angle in degrees (-15..15, clockwise positive) by which lines of text run downhill; 0 if it is less
 * than 1 or not clear. Projection profiles (Postl 1986): at the right angle rows of ink and rows of
 * paper differ the most.
 */
export async function skewOf(gray: Gray): Promise<number> {
  const ink = await inkOf(gray);
  if (ink.count < 50) return 0;
  const still = sharpness(ink, 0);
  const coarse = bestAngle(ink, { from: -MAX_DEGREES, to: MAX_DEGREES, step: 0.5 });
  const fine = bestAngle(ink, { from: coarse - 0.5, to: coarse + 0.5, step: 0.1 });
  if (Math.abs(fine) < MIN_DEGREES || Math.abs(coarse) >= MAX_DEGREES) return 0;
  return sharpness(ink, fine) < still * MIN_GAIN ? 0 : Math.round(fine * 10) / 10;
}

interface Ink {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
}

/** Marks pixels that are darker than their neighbourhood, independent of shadows and dark edges. */
async function inkOf(gray: Gray): Promise<Ink> {
  const small = await shrunk(gray);
  const around = await rawOf(sharpOf(small).blur(8), small);
  const { width, height, data } = small;
  const x = new Uint16Array(data.length);
  const y = new Uint16Array(data.length);
  let count = 0;
  for (let at = 0; at < data.length; at++) {
    if ((data[at] as number) + INK_CONTRAST >= (around[at] as number)) continue;
    x[count] = at % width;
    y[count] = Math.floor(at / width);
    count += 1;
  }
  return { width, height, count, x, y };
}

export async function shrunk(gray: Gray): Promise<Gray> {
  const { width, height } = reducedSize(gray);
  if (width === gray.width && height === gray.height) return gray;
  const data = await rawOf(sharpOf(gray).resize({ width, height, fit: "fill" }), gray);
  return { ...gray, width, height, data };
}

/** Size of a page for measurements. */
export function reducedSize({ width, height }: Pick<Gray, "width" | "height">) {
  const factor = Math.min(1, MEASURED_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

interface Sweep {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function bestAngle(ink: Ink, { from, to, step }: Sweep): number {
  let best = { angle: 0, value: -1 };
  for (let n = 0; from + n * step <= to + step / 2; n++) {
    const angle = from + n * step;
    const value = sharpness(ink, angle);
    if (value > best.value) best = { angle, value };
  }
  return best.angle;
}

/** Sum of squared differences between adjacent rows of the page sheared by `degrees`. */
function sharpness({ width, height, count, x, y }: Ink, degrees: number): number {
  const slope = Math.tan((degrees * Math.PI) / 180);
  const margin = Math.ceil(Math.abs(slope) * width) + 1;
  const rows = new Float64Array(height + 2 * margin + 1);
  for (let at = 0; at < count; at++) {
    const row = Math.round((y[at] as number) - (x[at] as number) * slope) + margin;
    rows[row] = (rows[row] as number) + 1;
  }
  let sum = 0;
  for (let row = 1; row < rows.length; row++) sum += ((rows[row] as number) - (rows[row - 1] as number)) ** 2;
  return sum;
}

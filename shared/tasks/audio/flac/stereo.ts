import type { Stereo } from "./frameHeader.ts";

/** Bits that a channel of a frame has more than a sample: the difference of two channels takes one. */
export function sideBit(stereo: Stereo, channel: number): number {
  return stereo !== "apart" && (stereo === "side-right") === (channel === 0) ? 1 : 0;
}

/** Makes left and right, in place, of what a frame has for them (RFC 9639, 4.2). */
export function toLeftAndRight(
  first: Float64Array,
  second: Float64Array,
  of: { stereo: Stereo; size: number },
): void {
  const { stereo, size } = of;
  if (stereo === "left-side")
    for (let i = 0; i < size; i += 1) second[i] = (first[i] ?? 0) - (second[i] ?? 0);
  if (stereo === "side-right")
    for (let i = 0; i < size; i += 1) first[i] = (first[i] ?? 0) + (second[i] ?? 0);
  if (stereo === "mid-side") fromMid(first, second, size);
}

/** The lowest bit of the sum of the channels is that of their difference. */
function fromMid(mid: Float64Array, side: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 1) {
    const difference = side[i] ?? 0;
    const sum = (mid[i] ?? 0) * 2 + (difference & 1);
    mid[i] = (sum + difference) / 2;
    side[i] = (sum - difference) / 2;
  }
}

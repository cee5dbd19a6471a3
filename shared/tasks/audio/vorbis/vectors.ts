import type { PacketBits } from "./bits.ts";
import type { Codebook } from "./codebook.ts";

/** A section of a spectrum that is decoded at once. */
export interface SpectrumPart {
  /** The spectrum, or those that are interleaved. */
  readonly planes: readonly Float64Array[];
  readonly from: number;
  readonly count: number;
}

const NONE = new Float32Array(0);
const NOWHERE = new Float64Array(0);

/** Adds vectors one after the other. @returns false if the packet ends before */
export function addVectors(
  bits: PacketBits,
  { code, dimensions, vectors = NONE }: Codebook,
  { planes: [plane = NOWHERE], from, count }: SpectrumPart,
): boolean {
  const end = from + count;
  for (let at = from; at < end; ) {
    const entry = code.next(bits);
    if (entry < 0) return false;
    const last = Math.min(end, at + dimensions);
    for (let i = entry * dimensions; at < last; i += 1, at += 1)
      plane[at] = (plane[at] ?? 0) + (vectors[i] ?? 0);
  }
  return true;
}

/** Adds vectors whose numbers lie apart from each other, over the whole part. @returns false if the packet ends before */
export function addSpread(
  bits: PacketBits,
  { code, dimensions, vectors = NONE }: Codebook,
  { planes: [plane = NOWHERE], from, count }: SpectrumPart,
): boolean {
  const step = Math.floor(count / dimensions);
  for (let first = from; first < from + step; first += 1) {
    const entry = code.next(bits);
    if (entry < 0) return false;
    for (let i = 0, at = first; i < dimensions; i += 1, at += step)
      plane[at] = (plane[at] ?? 0) + (vectors[entry * dimensions + i] ?? 0);
  }
  return true;
}

/** Adds vectors one after the other to spectra that are interleaved. @returns false if the packet ends before */
export function addInterleaved(
  bits: PacketBits,
  { code, dimensions, vectors = NONE }: Codebook,
  { planes, from, count }: SpectrumPart,
): boolean {
  let channel = from % planes.length;
  let place = Math.floor(from / planes.length);
  for (let left = count; left > 0; left -= dimensions) {
    const entry = code.next(bits);
    if (entry < 0) return false;
    const last = entry * dimensions + Math.min(left, dimensions);
    for (let i = entry * dimensions; i < last; i += 1) {
      const plane = planes[channel] ?? NOWHERE;
      plane[place] = (plane[place] ?? 0) + (vectors[i] ?? 0);
      channel += 1;
      if (channel < planes.length) continue;
      channel = 0;
      place += 1;
    }
  }
  return true;
}

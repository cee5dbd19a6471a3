/** IMA ADPCM, Recommended Practices for Enhancing Digital Audio Compatibility in Multimedia Systems, 1992. */

const INDEX_STEPS = [-1, -1, -1, -1, 2, 4, 6, 8];
const STEPS = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97,
  107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724,
  796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026,
  4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500,
  20350, 22385, 24623, 27086, 29794, 32767,
];

interface ImaBlock {
  readonly bytes: Buffer;
  readonly channels: number;
  /** Number of frames in a full block. */
  readonly limit: number;
}

/**
 * A block: 4 bytes for each channel (first sample, step index), then by turns 4 bytes (8 samples, low
 * nibble first) of each channel. Missing frames of a truncated block are left out.
 */
export function decodeImaBlock({ bytes, channels, limit }: ImaBlock, out: Int16Array, at: number): number {
  const head = 4 * channels;
  if (bytes.length < head) return 0;
  const groups = Math.ceil((limit - 1) / 8);
  const whole = Math.min(groups, Math.floor((bytes.length - head) / head));
  const frames = Math.min(limit, 1 + 8 * whole);
  for (let channel = 0; channel < channels; channel += 1) {
    let predicted = bytes.readInt16LE(4 * channel);
    let index = Math.min(bytes.readUInt8(4 * channel + 2), 88);
    out[at + channel] = predicted;
    for (let frame = 1; frame < frames; frame += 1) {
      const sample = frame - 1;
      const byte = bytes.readUInt8(head + (sample >> 3) * head + 4 * channel + ((sample & 7) >> 1));
      const nibble = (sample & 1) === 0 ? byte & 15 : byte >> 4;
      predicted = clamp(predicted + difference(nibble, STEPS[index] ?? 7));
      index = Math.min(88, Math.max(0, index + (INDEX_STEPS[nibble & 7] ?? 0)));
      out[at + frame * channels + channel] = predicted;
    }
  }
  return frames;
}

function difference(nibble: number, step: number): number {
  let size = step >> 3;
  if ((nibble & 4) !== 0) size += step;
  if ((nibble & 2) !== 0) size += step >> 1;
  if ((nibble & 1) !== 0) size += step >> 2;
  return (nibble & 8) === 0 ? size : -size;
}

function clamp(sample: number): number {
  return Math.min(32_767, Math.max(-32_768, sample));
}

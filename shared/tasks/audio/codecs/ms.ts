/** Microsoft ADPCM, as in the multimedia standards update of 1994 (WAVE_FORMAT_ADPCM). */

const ADAPTATION = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

/** The seven standard pairs of coefficients, for files that list none. */
const STANDARD_PAIRS = [
  [256, 0],
  [512, -256],
  [0, 0],
  [192, 64],
  [240, 0],
  [460, -208],
  [392, -232],
] as const;

interface MsBlock {
  readonly bytes: Buffer;
  readonly channels: number;
  /** Number of frames in a full block. */
  readonly limit: number;
  /** Predictor coefficients from the file's header. */
  readonly pairs: readonly (readonly [number, number])[];
}

interface Predictor {
  readonly first: number;
  readonly second: number;
  delta: number;
  newer: number;
  older: number;
}

/**
 * A block: predictor indexes, deltas, newer and older samples of all channels, then nibbles (high one
 * first) by turns over the channels. Missing frames of a truncated block are left out.
 */
export function decodeMsBlock(block: MsBlock, out: Int16Array, at: number): number {
  const { bytes, channels, limit } = block;
  const head = 7 * channels;
  if (bytes.length < head) return 0;
  const predictors = Array.from({ length: channels }, (_, channel) => predictorOf(block, channel));
  const frames = Math.min(limit, 2 + Math.floor((2 * (bytes.length - head)) / channels));
  let next = at;
  for (const { older } of predictors) out[next++] = older;
  if (frames > 1) for (const { newer } of predictors) out[next++] = newer;
  let nibble = 2 * head;
  for (let frame = 2; frame < frames; frame += 1) {
    for (const predictor of predictors) {
      const byte = bytes.readUInt8(nibble >> 1);
      out[next++] = nextSample(predictor, (nibble & 1) === 0 ? byte >> 4 : byte & 15);
      nibble += 1;
    }
  }
  return frames;
}

function predictorOf({ bytes, channels, pairs }: MsBlock, channel: number): Predictor {
  const table = pairs.length > 0 ? pairs : STANDARD_PAIRS;
  const [first, second] = table[bytes.readUInt8(channel)] ?? [256, 0];
  return {
    first,
    second,
    delta: bytes.readInt16LE(channels + 2 * channel),
    newer: bytes.readInt16LE(3 * channels + 2 * channel),
    older: bytes.readInt16LE(5 * channels + 2 * channel),
  };
}

function nextSample(predictor: Predictor, nibble: number): number {
  const signed = nibble >= 8 ? nibble - 16 : nibble;
  const predicted = (predictor.newer * predictor.first + predictor.older * predictor.second) >> 8;
  const sample = Math.min(32_767, Math.max(-32_768, predicted + signed * predictor.delta));
  predictor.older = predictor.newer;
  predictor.newer = sample;
  predictor.delta = Math.max(16, ((ADAPTATION[nibble] ?? 230) * predictor.delta) >> 8);
  return sample;
}

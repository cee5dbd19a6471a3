import type { StepFile } from "../task.ts";
import { blockOf, type SampleBlock } from "./blocks.ts";
import type { Codec, Numbers } from "./codecs/codec.ts";
import type { Decoder } from "./decoder.ts";
import type { Chunk } from "./wav/chunks.ts";

/** Bytes of one read; decoded samples take up to sixteen times as much. */
const BLOCK_BYTES = 256 * 1_024;

interface SampleSource {
  readonly file: StepFile;
  readonly data: Chunk;
  readonly codec: Codec;
  readonly channels: number;
}

/** Decodes samples whose groups have the same number of bytes each: PCM, floats, G.711, ADPCM. */
export function groupDecoder(source: SampleSource): Decoder {
  const { sampleWidth, fullScale } = source.codec;
  return { sampleWidth, fullScale, frames: countFrames(source), blocks: () => blocksOf(source) };
}

async function* blocksOf({ file, data, codec, channels }: SampleSource): AsyncGenerator<SampleBlock> {
  const groups = Math.max(1, Math.floor(BLOCK_BYTES / codec.groupBytes));
  const step = groups * codec.groupBytes;
  const room = groups * codec.framesPerGroup;
  const planes = Array.from({ length: channels }, () => new Float64Array(room));
  // An incomplete frame is dropped; an incomplete ADPCM block still has whole frames.
  const usable = codec.framesPerGroup > 1 ? data.bytes : data.bytes - (data.bytes % codec.groupBytes);
  for (let at = 0; at < usable; at += step) {
    const samples = codec.decode(await file.slice(data.offset + at, Math.min(step, usable - at)));
    const frames = Math.floor(samples.length / channels);
    for (const [channel, plane] of planes.entries()) spread(samples, { ...codec, channel, channels }, plane);
    const invalid = codec.fullScale === 1 ? dropInvalid(planes, frames) : 0;
    if (frames > 0) yield blockOf(planes, frames, invalid);
  }
}

/** Number of frames that `blocksOf` yields in all, calculated from the sizes. */
function countFrames({ data, codec, channels }: SampleSource): number {
  const whole = Math.floor(data.bytes / codec.groupBytes);
  const rest = data.bytes - whole * codec.groupBytes;
  const tail = codec.framesPerGroup > 1 && rest > 0 ? codec.decode(Buffer.alloc(rest)).length / channels : 0;
  return whole * codec.framesPerGroup + tail;
}

interface Spread {
  readonly zero: number;
  readonly fullScale: number;
  readonly channel: number;
  readonly channels: number;
}

function spread(samples: Numbers, { zero, fullScale, channel, channels }: Spread, plane: Float64Array): void {
  const scale = 1 / fullScale;
  for (let i = 0, at = channel; at < samples.length; i += 1, at += channels) {
    plane[i] = ((samples[at] ?? 0) - zero) * scale;
  }
}

/** The sum of the squares of larger samples may be no finite number. */
const MOST = 1e140;

/** Sets samples that are no finite numbers, or too large to be measured, to 0; returns how many there were. */
function dropInvalid(planes: readonly Float64Array[], frames: number): number {
  let invalid = 0;
  for (const plane of planes) {
    for (let i = 0; i < frames; i += 1) {
      if (Math.abs(plane[i] ?? 0) <= MOST) continue;
      plane[i] = 0;
      invalid += 1;
    }
  }
  return invalid;
}

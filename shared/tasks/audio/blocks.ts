import type { StepFile } from "../task.ts";
import type { Codec, Numbers } from "./codecs/codec.ts";
import type { Chunk } from "./wav/chunks.ts";

/** Read at a time; decoded it takes up to eight times as much. */
const BLOCK_BYTES = 256 * 1_024;

/** A stretch of the recording: one array a channel, full scale 1, of which the first `frames` count. */
export interface Block {
  readonly channels: readonly Float64Array[];
  readonly frames: number;
}

/** A measurement that sees the recording once, block by block, in bounded memory. */
export interface Meter<Result> {
  add(block: Block): void;
  /** Called once, after the last block. */
  result(): Result;
}

export interface Source {
  readonly file: StepFile;
  readonly data: Chunk;
  readonly codec: Codec;
  readonly channels: number;
}

/** Decodes the samples block by block. A block is valid until the next one is asked for. */
export async function* blocksOf({ file, data, codec, channels }: Source): AsyncGenerator<Block> {
  const groups = Math.max(1, Math.floor(BLOCK_BYTES / codec.groupBytes));
  const step = groups * codec.groupBytes;
  const planes = Array.from({ length: channels }, () => new Float64Array(groups * codec.framesPerGroup));
  // A frame that was cut in two is dropped; a cut ADPCM block still holds whole frames.
  const usable = codec.framesPerGroup > 1 ? data.bytes : data.bytes - (data.bytes % codec.groupBytes);
  for (let at = 0; at < usable; at += step) {
    const bytes = await file.slice(data.offset + at, Math.min(step, usable - at));
    const samples = codec.decode(bytes);
    const frames = Math.floor(samples.length / channels);
    for (const [channel, plane] of planes.entries()) spread(samples, { ...codec, channel, channels }, plane);
    if (frames > 0) yield { channels: planes, frames };
  }
}

/** The frames that `blocksOf` will yield in all, known ahead from the sizes. */
export function countFrames({ data, codec, channels }: Source): number {
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

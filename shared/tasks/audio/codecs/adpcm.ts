import type { WavFormat } from "../wav/format.ts";
import type { Codec } from "./codec.ts";
import { decodeImaBlock } from "./ima.ts";
import { decodeMsBlock } from "./ms.ts";

/** Decodes one block of `bytes` into `out` from `at`, interleaved; returns the number of its frames. */
export type BlockDecoder = (bytes: Buffer, out: Int16Array, at: number) => number;

/** Bytes of the head of a block for each channel. */
const HEAD = { ima: 4, ms: 7 };
/** Number of frames in the head. */
const HEAD_FRAMES = { ima: 1, ms: 2 };

/**
 * IMA (DVI) or MS ADPCM, 4 bits a sample, decoded to 16-bit integers. All frames of a block count, as
 * libsndfile and sox do: the frame count of the `fact` chunk is often wrong.
 */
export function adpcmCodec(format: WavFormat, kind: "ima" | "ms"): Codec | undefined {
  const { channels, blockAlign } = format;
  const body = blockAlign - HEAD[kind] * channels;
  if (body < 0) return undefined;
  const room = HEAD_FRAMES[kind] + Math.floor((2 * body) / channels);
  const said = format.framesPerBlock;
  const framesPerGroup = said > 0 && said < room ? said : room;
  const decodeBlock: BlockDecoder =
    kind === "ima"
      ? (bytes, out, at) => decodeImaBlock({ bytes, channels, limit: framesPerGroup }, out, at)
      : (bytes, out, at) =>
          decodeMsBlock({ bytes, channels, limit: framesPerGroup, pairs: format.coefficients }, out, at);
  return {
    groupBytes: blockAlign,
    framesPerGroup,
    zero: 0,
    fullScale: 32_768,
    sampleWidth: 2,
    decode: (bytes) => {
      const blocks = Math.ceil(bytes.length / blockAlign);
      const out = new Int16Array(blocks * framesPerGroup * channels);
      let frames = 0;
      for (let offset = 0; offset < bytes.length; offset += blockAlign) {
        const block = bytes.subarray(offset, Math.min(offset + blockAlign, bytes.length));
        frames += decodeBlock(block, out, frames * channels);
      }
      return out.subarray(0, frames * channels);
    },
  };
}

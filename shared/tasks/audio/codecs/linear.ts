import type { Codec, Numbers } from "./codec.ts";

interface Layout {
  readonly width: number;
  readonly channels: number;
  readonly bigEndian: boolean;
  readonly hasSignedBytes: boolean;
}

/**
 * Integer PCM of 1 to 8 bytes a sample: unsigned around 128 in one byte of WAV files, else two's complement. Full scale
 * is that of the whole container: 12 bits in 16 are stored in the upper ones.
 */
export function pcmCodec(layout: Layout): Codec {
  const { width, channels } = layout;
  return {
    groupBytes: width * channels,
    framesPerGroup: 1,
    zero: width === 1 && !layout.hasSignedBytes ? 128 : 0,
    fullScale: 2 ** (8 * width - 1),
    sampleWidth: width,
    decode: integerDecoder(layout),
  };
}

/** IEEE floats of 4 or 8 bytes; full scale is 1. */
export function floatCodec(layout: Layout): Codec {
  const { width, channels, bigEndian } = layout;
  return {
    groupBytes: width * channels,
    framesPerGroup: 1,
    zero: 0,
    fullScale: 1,
    sampleWidth: width,
    decode: (bytes) => {
      const aligned = alignedCopy(bytes, bigEndian ? width : 1);
      return width === 4 ? new Float32Array(aligned) : new Float64Array(aligned);
    },
  };
}

function integerDecoder({ width, bigEndian, hasSignedBytes }: Layout): (bytes: Buffer) => Numbers {
  switch (width) {
    case 1:
      return hasSignedBytes ? (bytes) => new Int8Array(alignedCopy(bytes, 1)) : (bytes) => bytes;
    case 2:
      return (bytes) => new Int16Array(alignedCopy(bytes, bigEndian ? 2 : 1));
    case 4:
      return (bytes) => new Int32Array(alignedCopy(bytes, bigEndian ? 4 : 1));
    case 3:
      return bigEndian ? decode24be : decode24le;
    default:
      return (bytes) => decodeWide(bytes, width, bigEndian);
  }
}

/** Copies the bytes into a buffer that typed arrays can view; reverses each group of `swap` bytes. */
function alignedCopy(bytes: Buffer, swap: number): ArrayBuffer {
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(copy);
  if (swap === 2) copy.swap16();
  if (swap === 4) copy.swap32();
  if (swap === 8) copy.swap64();
  return copy.buffer as ArrayBuffer;
}

function decode24le(bytes: Buffer): Int32Array {
  const samples = new Int32Array(bytes.length / 3);
  for (let i = 0, at = 0; i < samples.length; i += 1, at += 3) {
    samples[i] = bytes.readUInt16LE(at) | (bytes.readInt8(at + 2) << 16);
  }
  return samples;
}

function decode24be(bytes: Buffer): Int32Array {
  const samples = new Int32Array(bytes.length / 3);
  for (let i = 0, at = 0; i < samples.length; i += 1, at += 3) {
    samples[i] = (bytes.readInt8(at) << 16) | bytes.readUInt16BE(at + 1);
  }
  return samples;
}

/** Decodes integers of 5 to 8 bytes to doubles, which keep 53 bits. */
function decodeWide(bytes: Buffer, width: number, bigEndian: boolean): Float64Array {
  const samples = new Float64Array(bytes.length / width);
  const high = width - 4;
  for (let i = 0, at = 0; i < samples.length; i += 1, at += width) {
    samples[i] = bigEndian
      ? bytes.readIntBE(at, high) * 2 ** 32 + bytes.readUInt32BE(at + high)
      : bytes.readIntLE(at + 4, high) * 2 ** 32 + bytes.readUInt32LE(at);
  }
  return samples;
}

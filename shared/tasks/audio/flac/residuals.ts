import { type BitReader, NO_FRAME, OUT_OF_BYTES } from "./bits.ts";

interface Layout {
  /** Number of samples at the start that have no residual. */
  readonly order: number;
  readonly size: number;
}

/** Reads residuals in partitions of Rice codes or plain numbers (RFC 9639, 9.2.7). @throws NO_FRAME, OUT_OF_BYTES */
export function readResiduals(reader: BitReader, { order, size }: Layout, out: Int32Array): void {
  const method = reader.read(2);
  if (method > 1) throw NO_FRAME;
  const parameterBits = method === 0 ? 4 : 5;
  const plain = 2 ** parameterBits - 1;
  const partitions = 1 << reader.read(4);
  const each = size / partitions;
  if (!Number.isInteger(each) || each < order) throw NO_FRAME;
  for (let partition = 0; partition < partitions; partition += 1) {
    const from = partition === 0 ? order : partition * each;
    const to = (partition + 1) * each;
    const parameter = reader.read(parameterBits);
    if (parameter === plain) readPlain(reader, { from, to, bits: reader.read(5) }, out);
    else readRice(reader, { from, to, bits: parameter }, out);
  }
}

interface Partition {
  readonly from: number;
  readonly to: number;
  /** Bits of a number, or of the lower part of a Rice code. */
  readonly bits: number;
}

function readPlain(reader: BitReader, { from, to, bits }: Partition, out: Int32Array): void {
  for (let i = from; i < to; i += 1) out[i] = reader.signed(bits);
}

function readRice(reader: BitReader, { from, to, bits }: Partition, out: Int32Array): void {
  const scale = 2 ** bits;
  for (let i = from; i < to; i += 1) {
    const word = reader.peek();
    const zeros = Math.clz32(word);
    const used = zeros + 1 + bits;
    let code: number;
    if (used <= 32) {
      const rest = (word << zeros) << 1;
      code = bits === 0 ? zeros : (zeros << bits) | (rest >>> (32 - bits));
      reader.at += used;
    } else {
      code = reader.unary() * scale + reader.read(bits);
      if (code >= 2 ** 32) throw NO_FRAME;
    }
    out[i] = (code >>> 1) ^ -(code & 1);
  }
  if (reader.at > reader.end) throw OUT_OF_BYTES;
}

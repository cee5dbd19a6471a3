import { type LetterModel, letterModels } from "../letters/model.ts";

/** Pairs of neighbouring bytes in a file, with their numbers. */
export interface BytePairs {
  /** Pairs in which a byte is above 127, as `first * 256 + second`, and the number of each. */
  readonly high: Uint16Array;
  readonly counts: Uint32Array;
  /** Pairs of two ASCII letters. */
  readonly plain: Uint16Array;
  readonly plainCounts: Uint32Array;
  /** Number of bytes above 127, and of ASCII letters. */
  readonly highBytes: number;
  readonly plainLetters: number;
  /** For each byte above 127: how often it stands between two letters or other bytes above 127. */
  readonly inside: Uint32Array;
}

const SPACE = 0x20;

/** Counts the pairs of a whole file, which begins and ends as if at a space. */
export function pairsOf(bytes: Uint8Array): BytePairs {
  const numbers = new Uint32Array(65_536);
  const inside = new Uint32Array(256);
  let before = SPACE;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const pair = (before << 8) | byte;
    numbers[pair] = (numbers[pair] ?? 0) + 1;
    if (byte > 127 && isWordByte(before) && isWordByte(bytes[at + 1] ?? SPACE))
      inside[byte] = (inside[byte] ?? 0) + 1;
    before = byte;
  }
  const last = (before << 8) | SPACE;
  numbers[last] = (numbers[last] ?? 0) + 1;
  return { ...chosen(numbers), inside };
}

function chosen(numbers: Uint32Array): Omit<BytePairs, "inside"> {
  const high: number[] = [];
  const plain: number[] = [];
  let highBytes = 0;
  let plainLetters = 0;
  numbers.forEach((count, pair) => {
    if (count === 0) return;
    const second = pair & 0xff;
    if (second > 127) highBytes += count;
    if (isLetter(second)) plainLetters += count;
    if (second > 127 || pair >> 8 > 127) high.push(pair);
    else if (isLetter(pair >> 8) || isLetter(second)) plain.push(pair);
  });
  const countOf = (pair: number) => numbers[pair] ?? 0;
  return {
    high: Uint16Array.from(high),
    counts: Uint32Array.from(high, countOf),
    plain: Uint16Array.from(plain),
    plainCounts: Uint32Array.from(plain, countOf),
    highBytes,
    plainLetters,
  };
}

function isWordByte(byte: number): boolean {
  return byte > 127 || isLetter(byte);
}

function isLetter(byte: number): boolean {
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x7a;
}

/** Weight of the language of the ASCII letters, in pairs of them. */
const PLAIN_PAIRS = 40;

/** For each model how much less the ASCII letters look like its language than like the best one; 0 for other scripts. */
export function plainCosts(pairs: BytePairs): number[] {
  const total = pairs.plainCounts.reduce((sum, count) => sum + count, 0);
  const means = letterModels().map((model) =>
    model.script === "latin" ? meanCost(model, pairs) : undefined,
  );
  const best = Math.min(...means.filter((mean) => mean !== undefined));
  return means.map((mean) => (mean === undefined ? 0 : (mean - best) * Math.min(total, PLAIN_PAIRS)));
}

function meanCost({ indexOf, costs, size }: LetterModel, { plain, plainCounts }: BytePairs): number {
  const indexes = Uint16Array.from(
    { length: 128 },
    (_, byte) => indexOf.get(String.fromCharCode(byte).toLowerCase()) ?? 0,
  );
  let sum = 0;
  let count = 0;
  plain.forEach((pair, at) => {
    const times = plainCounts[at] ?? 0;
    sum += times * (costs[(indexes[pair >> 8] ?? 0) * size + (indexes[pair & 0xff] ?? 0)] ?? 0);
    count += times;
  });
  return count === 0 ? 0 : sum / count;
}

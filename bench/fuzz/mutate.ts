import type { RandomSource } from "./random.ts";

type Mutation = (body: Buffer, random: RandomSource) => Buffer;

/** Critical values of lengths and counts. */
const EDGES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 0x80000000] as const;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  flipBits,
  cut,
  zeroBlock,
  repeatBlock,
  insertNoise,
  removeBlock,
  edgeNumber,
  edgeNumber,
  swapBlocks,
];

/** Applies one to four mutations to a copy of the bytes. */
export function mutated(body: Buffer, random: RandomSource): Buffer {
  let result: Buffer = Buffer.from(body);
  const times = 1 + random.int(4);
  for (let time = 0; time < times; time += 1) result = random.pick(MUTATIONS)(result, random);
  return result;
}

function flipBits(body: Buffer, random: RandomSource): Buffer {
  if (body.length === 0) return body;
  const flips = 1 + random.int(16);
  for (let flip = 0; flip < flips; flip += 1) {
    const place = placeIn(body, random);
    body[place] = (body[place] ?? 0) ^ (1 << random.int(8));
  }
  return body;
}

function cut(body: Buffer, random: RandomSource): Buffer {
  return body.subarray(0, random.int(body.length + 1));
}

function zeroBlock(body: Buffer, random: RandomSource): Buffer {
  const [from, to] = block(body, random);
  return body.fill(random.pick([0, 0xff]), from, to);
}

function repeatBlock(body: Buffer, random: RandomSource): Buffer {
  const [from, to] = block(body, random);
  const copies = Array<Buffer>(1 + random.int(20)).fill(body.subarray(from, to));
  return Buffer.concat([body.subarray(0, to), ...copies, body.subarray(to)]);
}

function insertNoise(body: Buffer, random: RandomSource): Buffer {
  const place = placeIn(body, random);
  return Buffer.concat([body.subarray(0, place), random.bytes(1 + random.int(200)), body.subarray(place)]);
}

function removeBlock(body: Buffer, random: RandomSource): Buffer {
  const [from, to] = block(body, random);
  return Buffer.concat([body.subarray(0, from), body.subarray(to)]);
}

function edgeNumber(body: Buffer, random: RandomSource): Buffer {
  if (body.length < 4) return body;
  const place = Math.min(placeIn(body, random), body.length - 4);
  const value = random.pick(EDGES);
  if (random.int(2) === 0) body.writeUInt32LE(value, place);
  else body.writeUInt32BE(value, place);
  return body;
}

function swapBlocks(body: Buffer, random: RandomSource): Buffer {
  const [from, to] = block(body, random);
  return Buffer.concat([body.subarray(to), body.subarray(from, to), body.subarray(0, from)]);
}

function block(body: Buffer, random: RandomSource): [number, number] {
  const from = placeIn(body, random);
  return [from, Math.min(body.length, from + 1 + random.int(256))];
}

/** Often an offset in the first bytes, where formats have their headers. */
function placeIn(body: Buffer, random: RandomSource): number {
  return random.int(random.int(2) === 0 ? Math.min(body.length, 200) : body.length);
}

import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { notStored } from "../errors.ts";
import type { ByteRange } from "../port.ts";
import type { OpenedObject, S3Bucket } from "./bucket.ts";
import { failureOf, storeError } from "./errors.ts";

/** Times that an answer may break without a byte since it was opened. */
const BREAKS = 5;

/** A range in memory; undefined when there is no such object, or it has no byte of the range. */
export async function readRange(
  bucket: Pick<S3Bucket, "open">,
  name: string,
  range: ByteRange,
): Promise<Buffer | undefined> {
  const opened = await bucket.open(name, range);
  return opened && (await buffer(rangeStream(bucket, name, { range, opened })));
}

export interface OpenedRange {
  readonly range: ByteRange;
  /** The answer to the first request. */
  readonly opened: OpenedObject;
}

/** The bytes of a range. An answer that breaks is asked for again from where it broke. */
export function rangeStream(
  bucket: Pick<S3Bucket, "open">,
  name: string,
  { range, opened }: OpenedRange,
): Readable {
  const { body, bytes } = opened;
  const reading = { body };
  // The answer ends where the object does; some servers send more than they were asked for.
  const end = bytes === undefined ? range.end : Math.min(range.end, range.start + bytes - 1);
  const there = { start: range.start, end };
  const stream = Readable.from(chunks(bucket, name, { range: there, reading }), { objectMode: false });
  // A stream that is left before its first byte never runs the generator.
  stream.once("close", () => reading.body.destroy());
  // The generator hears of an error when it reads; until then it must not end the process.
  reading.body.on("error", () => undefined);
  return stream;
}

interface Reading {
  readonly range: ByteRange;
  readonly reading: { body: Readable };
}

async function* chunks(
  bucket: Pick<S3Bucket, "open">,
  name: string,
  { range, reading }: Reading,
): AsyncGenerator<Buffer> {
  let { start: position } = range;
  let breaks = 0;
  const cut = (chunk: Buffer) => {
    const wanted = chunk.subarray(0, range.end + 1 - position);
    position += wanted.length;
    breaks = 0;
    return wanted;
  };
  while (true) {
    const failure = yield* untilBreak(reading.body, cut);
    if (position > range.end) return;
    breaks += 1;
    if (breaks > BREAKS) throw storeError(failureOf(failure));
    const again = await bucket.open(name, { start: position, end: range.end });
    if (again === undefined) throw notStored(name);
    reading.body = again.body;
    reading.body.on("error", () => undefined);
  }
}

/** Ends when the wanted part of a chunk is empty. Returns why the answer ended. */
async function* untilBreak(body: Readable, cut: (chunk: Buffer) => Buffer): AsyncGenerator<Buffer, unknown> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const wanted = cut(chunk);
      if (wanted.length === 0) break;
      yield wanted;
    }
    return new Error("the answer was cut off");
  } catch (error) {
    return error;
  }
}

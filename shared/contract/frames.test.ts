import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FrameHeader } from "./fleet.ts";
import { encodeHeader, type Frame, readFrames, SMALL_BODY } from "./frames.ts";

test("frames come out as they went in, however the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), large), { maxLength: 8 }),
      fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200_000 }))),
      async (bodies, cuts) => {
        const whole = Buffer.concat([
          ...bodies.flatMap((body, n) => [encodeHeader(part(n, body)), body]),
          end,
        ]);
        const seen: Buffer[] = [];
        for await (const frames of readFrames(Readable.from(cut(whole, cuts), { objectMode: false }))) {
          for (const frame of frames) if (frame.header.type === "part") seen.push(await bodyOf(frame));
        }
        expect(seen.map((body) => body.toString("hex"))).toEqual(
          bodies.map((b) => Buffer.from(b).toString("hex")),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test.each([12, 12_000])("a body that is not read is skipped: %i lines", async (lines) => {
  const body = Buffer.from("no header\n".repeat(lines));
  const types: string[] = [];
  for await (const frames of readFrames(Readable.from([encodeHeader(part(0, body)), body, end]))) {
    types.push(...frames.map(({ header }) => header.type));
  }
  expect(types).toEqual(["part", "end"]);
});

test("small frames that come together are handed on together", async () => {
  const bodies = ["one", "two", ""].map((text) => Buffer.from(text));
  const chunk = Buffer.concat([...bodies.flatMap((body, n) => [encodeHeader(part(n, body)), body]), end]);
  const batches: string[][] = [];
  for await (const frames of readFrames(Readable.from([chunk]))) {
    batches.push(frames.map(({ whole }) => String(whole)));
  }
  expect(batches).toEqual([["one", "two", "", ""]]);
});

test.each([100, 100_000])("a stream that ends in a body of %i bytes is broken", async (bytes) => {
  const cutShort = [encodeHeader(part(0, Buffer.alloc(bytes))), Buffer.alloc(bytes - 1)];
  await expect(drain(cutShort)).rejects.toMatchObject({ code: "stream_broken" });
});

test("a stream that ends in a header is broken", async () => {
  await expect(drain([Buffer.from('{"type":"be')])).rejects.toMatchObject({ code: "stream_broken" });
});

test.each([
  "not json\n",
  '{"type":"other"}\n',
  '{"type":"part","unit":"a","bytes":-1}\n',
  `${"x".repeat(70_000)}`,
])("what is no header is refused: %.30s", async (text) => {
  await expect(drain([Buffer.from(text)])).rejects.toMatchObject({ code: "bad_frame" });
});

/** A large body is made of few drawn bytes, so that the test is fast. */
const large = fc
  .tuple(
    fc.integer({ min: SMALL_BODY - 2, max: SMALL_BODY + 100_000 }),
    fc.uint8Array({ minLength: 1, maxLength: 9 }),
  )
  .map(([length, pattern]) => new Uint8Array(Buffer.alloc(length, pattern)));

const end = encodeHeader({ type: "end", units: 0 });

function part(n: number, body: Uint8Array): FrameHeader {
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { type: "part", unit: `u${n}`, filename: "ä\n.txt", bytes: body.byteLength, sha256, seconds: 0 };
}

function* cut(whole: Buffer, cuts: Iterator<number>): Generator<Buffer> {
  for (let from = 0; from < whole.length; ) {
    const length = cuts.next().value as number;
    yield whole.subarray(from, from + length);
    from += length;
  }
}

async function drain(chunks: Buffer[]): Promise<void> {
  for await (const frames of readFrames(Readable.from(chunks))) {
    for (const frame of frames) await bodyOf(frame);
  }
}

async function bodyOf({ whole, body }: Frame): Promise<Buffer> {
  if (whole !== undefined) return whole;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

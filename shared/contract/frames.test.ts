import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FrameHeader } from "./fleet.ts";
import { encodeHeader, readFrames } from "./frames.ts";

test("frames come out as they went in, however the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
      async (bodies, cuts) => {
        const whole = Buffer.concat([
          ...bodies.flatMap((body, n) => [encodeHeader(part(n, body)), body]),
          end,
        ]);
        const seen: Buffer[] = [];
        for await (const { header, body } of readFrames(
          Readable.from(cut(whole, cuts), { objectMode: false }),
        )) {
          const chunks: Buffer[] = [];
          for await (const chunk of body) chunks.push(chunk);
          if (header.type === "part") seen.push(Buffer.concat(chunks));
        }
        expect(seen.map((body) => body.toString("hex"))).toEqual(
          bodies.map((b) => Buffer.from(b).toString("hex")),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test("a body that nobody reads is passed over", async () => {
  const body = Buffer.from("not\na\nheader");
  const types: string[] = [];
  for await (const { header } of readFrames(Readable.from([encodeHeader(part(0, body)), body, end]))) {
    types.push(header.type);
  }
  expect(types).toEqual(["part", "end"]);
});

test("a stream that ends in a body is broken", async () => {
  const cutShort = [encodeHeader(part(0, Buffer.alloc(100))), Buffer.alloc(99)];
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
  for await (const { body } of readFrames(Readable.from(chunks))) {
    for await (const _chunk of body);
  }
}

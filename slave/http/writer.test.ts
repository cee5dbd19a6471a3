import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { Writer } from "./writer.ts";

function written() {
  const writes: string[] = [];
  const res = new Writable({
    write: (chunk: Buffer, _, done) => {
      writes.push(chunk.toString());
      done();
    },
  });
  const gone = new AbortController();
  return { writes, gone, writer: new Writer(res, gone.signal) };
}

const piece = (text: string) => Buffer.from(text);

test("pieces that can wait travel together, in their order, when their time is over", async () => {
  const { writes, writer } = written();
  expect(writer.writeWithin(20, piece("a"), piece("b"))).toBeUndefined();
  void writer.writeWithin(20, piece("c"));
  expect(writes).toEqual([]);
  await expect.poll(() => writes).toEqual(["abc"]);
  void writer.writeWithin(20, piece("d"));
  await expect.poll(() => writes).toEqual(["abc", "d"]);
});

test("what does not wait takes those before it along", async () => {
  const { writes, writer } = written();
  void writer.writeWithin(600_000, piece("a"));
  await writer.inTurn(() => writer.write(piece("b")));
  expect(writes).toEqual(["a", "b"]);
});

test("many bytes are written at once, and their writer waits for that", async () => {
  const { writes, writer } = written();
  await writer.writeWithin(600_000, Buffer.alloc(64 * 1024));
  expect(writes.map(({ length }) => length)).toEqual([64 * 1024]);
});

test("pieces for a side that is gone are dropped without an error", async () => {
  const { writes, gone, writer } = written();
  void writer.writeWithin(1, piece("a"));
  gone.abort(new Error("gone"));
  await expect(writer.writeWithin(1, Buffer.alloc(64 * 1024))).rejects.toThrow("gone");
  expect(writes).toEqual([]);
});

test("a write that waits for a side that leaves ends with the reason of its leaving", async () => {
  const full = new Writable({ highWaterMark: 1, write: () => undefined });
  const gone = new AbortController();
  const writing = new Writer(full, gone.signal).write(Buffer.alloc(10));
  const reason = new AppError("client_gone", "The client closed the connection.", { status: 400 });
  gone.abort(reason);
  await expect(writing).rejects.toBe(reason);
});

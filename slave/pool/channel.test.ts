import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ChildChannel } from "./channel.ts";

interface Head {
  readonly [name: string]: fc.JsonValue;
}

let folder: string;
let server: Server;
let near: Socket;
let far: Socket;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "channel-"));
  server = createServer().listen(join(folder, "socket"));
  await once(server, "listening");
  near = new Socket().connect(join(folder, "socket"));
  [far] = (await once(server, "connection")) as [Socket];
});

afterEach(async () => {
  near.destroy();
  far.destroy();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Sends over one end, and gives what was taken at the other when there are so many. */
async function across(messages: readonly { readonly head: Head; readonly body: Uint8Array[] }[]) {
  const sender = new ChildChannel<Head, Head>(near, () => undefined);
  const got: { readonly head: Head; readonly body: string }[] = [];
  await new Promise<void>((resolve) => {
    const receiver: ChildChannel<Head, Head> = new ChildChannel(far, () => {
      for (const { head, body } of receiver.take()) got.push({ head, body: body.toString("hex") });
      if (got.length >= messages.length) resolve();
    });
    for (const { head, body } of messages) sender.sendSoon(head, body);
  });
  for (const socket of [near, far]) socket.removeAllListeners("data").removeAllListeners("error");
  return got;
}

it("brings messages of any kind and size whole, in their order, with the bytes of their bodies joined", async () => {
  const message = fc.record({
    head: fc.dictionary(fc.string(), fc.jsonValue()),
    body: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 20 }), async (messages) => {
      const wanted = messages.map(({ head, body }) => ({
        head: JSON.parse(JSON.stringify(head)),
        body: Buffer.concat(body).toString("hex"),
      }));
      expect(await across(messages)).toEqual(wanted);
    }),
    { numRuns: 50 },
  );
});

it("brings messages that are larger than what is read at a time", async () => {
  const bodies = [3_000_000, 0, 70_000].map((bytes, index) => Buffer.alloc(bytes, index + 1));
  const got = await across(bodies.map((body, index) => ({ head: { index }, body: [body] })));
  expect(got.map(({ head }) => head.index)).toEqual([0, 1, 2]);
  expect(got.map(({ body }) => body === "01".repeat(3_000_000) || body.length)).toEqual([true, 0, 140_000]);
});

it("is flushed when the system has everything", async () => {
  const sender = new ChildChannel<Head, Head>(near, () => undefined);
  sender.send({}, [Buffer.alloc(5_000_000)]);
  far.resume();
  await sender.flushed();
  expect(near.writableLength).toBe(0);
});

it("sends nothing to a side that is gone", async () => {
  const sender = new ChildChannel<Head, Head>(near, () => undefined);
  near.destroy();
  sender.send({ late: true });
  await once(far.resume(), "end");
  expect(far.bytesRead).toBe(0);
});

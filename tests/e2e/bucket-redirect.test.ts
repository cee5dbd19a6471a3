import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { FleetClient } from "../../cli/sdk/fleet.ts";
import { nodeFetch } from "../../cli/sdk/node.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { assign, type NamedBody, type RunningFleet, startFleet } from "./fleet.ts";

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.end());

let fleet: RunningFleet;
afterEach(() => fleet?.stop());

const TEXT = { name: "a.txt", body: Buffer.from("A good day.") };

test("RESULTS_REDIRECT sends a large result from the bucket and a small one from the master, whole and by range", async () => {
  fleet = await startFleet({ ...server.variables("redirected"), RESULTS_REDIRECT: "true" });
  await fleet.slave();
  await fleet.alive(1);
  const { url } = fleet.master;
  const [large = "", small = ""] = [
    await resultOf("image", "images", await noise()),
    await resultOf("text", "texts", TEXT),
  ];
  const first = await answerOf(`${url}${large}`);
  expect([first.statusCode, first.headers["cache-control"]]).toEqual([307, "no-store"]);
  const location = first.headers.location ?? "";
  expect(location).toMatch(new RegExp(`^${server.url}/manyhands/redirected/objects/.*X-Amz-Signature=`));
  const direct = await fetch(location);
  const whole = Buffer.from(await direct.arrayBuffer());
  expect([direct.status, direct.headers.get("content-type")]).toEqual([200, "image/png"]);
  expect(direct.headers.get("content-disposition")).toContain("processed_noise.png");
  // As scripts of a page ask: the master sends the bytes itself.
  const streamed = await fetch(`${url}${large}`);
  expect([streamed.redirected, Buffer.from(await streamed.arrayBuffer()).equals(whole)]).toEqual([
    false,
    true,
  ]);
  for (const target of [location, `${url}${large}`]) {
    const part = await fetch(target, { headers: { range: "bytes=70000-70009" } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([
      206,
      whole.subarray(70_000, 70_010),
    ]);
  }
  expect((await answerOf(`${url}${small}`)).statusCode).toBe(200);
  const client = new FleetClient({ master: url, fetch: nodeFetch() });
  expect(await buffer(await client.download(large))).toEqual(whole);
});

/** Address of the result of one file. */
async function resultOf(task: string, field: string, file: NamedBody): Promise<string> {
  const { body } = await assign(fleet.master.url, [file], { task, field });
  return body.files[0]?.url ?? "";
}

/** A picture whose result is larger than what shares a pack. */
async function noise(): Promise<NamedBody> {
  const raw = { width: 500, height: 500, channels: 1 } as const;
  return { name: "noise.png", body: await sharp(randomBytes(250_000), { raw }).png().toBuffer() };
}

/** An answer as programs other than Node's `fetch` get it: no redirect is followed, and no `Sec-Fetch-Mode` is sent. */
async function answerOf(url: string): Promise<IncomingMessage> {
  const [answer] = (await once(get(url), "response")) as [IncomingMessage];
  answer.resume();
  return answer;
}

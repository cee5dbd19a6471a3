import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { webhookSender } from "./send.ts";

const REQUEST = { headers: {}, body: "{}" };
const NEVER = new AbortController().signal;

/** Addresses of the name, one list for each look-up; the last one stays. */
const answers: string[][] = [];
let lookups = 0;

vi.mock("node:dns/promises", () => ({
  lookup: async () => {
    const answer = answers[Math.min(lookups, answers.length - 1)] ?? [];
    lookups += 1;
    return answer.map((address) => ({ address, family: 4 }));
  },
}));

const server = createServer((_req, res) => void res.end());
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());
beforeEach(() => {
  answers.length = 0;
  lookups = 0;
});

const send = (fromLoopback: boolean) =>
  webhookSender(undefined)({ url: `http://rebinds.example:${port}/`, fromLoopback }, REQUEST, NEVER);

test("a name is looked up once a try, and the connection goes to the address that was checked", async () => {
  answers.push(["127.0.0.1"], ["169.254.169.254"]);
  expect(await send(true)).toEqual({ status: 200 });
  expect(lookups).toBe(1);
});

test("a name that leads to a metadata service at a later try is refused there", async () => {
  answers.push(["127.0.0.1"], ["169.254.169.254"]);
  await send(true);
  await expect(send(true)).rejects.toMatchObject({ code: "callback_refused" });
});

test("of several addresses only those are connected to that are allowed", async () => {
  answers.push(["169.254.169.254", "127.0.0.1"]);
  expect(await send(true)).toEqual({ status: 200 });
  await expect(send(false)).rejects.toMatchObject({ code: "callback_refused" });
});

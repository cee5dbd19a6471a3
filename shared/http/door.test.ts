import { once } from "node:events";
import { Agent, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, expect, it } from "vitest";
import { createLogger } from "../logger.ts";
import { Door, type DoorOptions } from "./door.ts";
import { problemHandler } from "./problem.ts";
import { slowGuesses } from "./wrongTokens.ts";

const log = createLogger("test", "silent");
const ALICE = { tokens: [{ name: "alice", token: "right" }] };
const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

it("20 wrong tokens are refused, further ones have to wait and lose their connection", async () => {
  const port = await listening(ALICE);
  const first = await Promise.all(guesses(20).map((token) => ask(port, token)));
  expect(first.map(({ status }) => status)).toEqual(Array(20).fill(401));
  const later = await ask(port, "later");
  expect(later).toMatchObject({ status: 429, code: "too_many_attempts", connection: "close" });
  expect(Number(later.retryAfter)).toBeGreaterThan(0);
});

it("a right token is let in at once, however many guesses come from its address", async () => {
  const port = await listening(ALICE);
  const guessing = guesses(200).map((token) => ask(port, token));
  for (let tries = 0; tries < 24; tries += 1)
    expect(await ask(port, "right")).toMatchObject({ status: 200, name: "alice" });
  const codes = (await Promise.all(guessing)).map(({ status }) => status);
  expect(codes.filter((status) => status === 200)).toEqual([]);
  expect(codes.filter((status) => status === 429).length).toBeGreaterThan(150);
});

it("the answer to a guess is held back, and that of a right token is not", async () => {
  const port = await listening(ALICE, 60_000);
  await Promise.all(guesses(20).map((token) => ask(port, token)));
  let answered = false;
  ask(port, "held").then(
    () => {
      answered = true;
    },
    () => undefined,
  );
  await expect.poll(() => connectionsOf()).toBeGreaterThan(0);
  for (let tries = 0; tries < 5; tries += 1) expect((await ask(port, "right")).status).toBe(200);
  expect(answered).toBe(false);
});

it("the same wrong token again is no guess: a slave with an old token does not make others wait", async () => {
  const port = await listening(ALICE);
  for (let tries = 0; tries < 40; tries += 1) expect((await ask(port, "old")).status).toBe(401);
  expect((await ask(port, "another")).status).toBe(401);
});

it("an address that needs no token is let in without one, and not with a wrong one", async () => {
  const port = await listening({ ...ALICE, addresses: ["127.0.0.1"] });
  expect(await ask(port, undefined)).toMatchObject({ status: 200, name: "anyone" });
  expect(await ask(port, "right")).toMatchObject({ status: 200, name: "alice" });
  expect((await ask(port, "wrong")).status).toBe(401);
});

it("guesses are counted also where other clients get an answer", async () => {
  const port = await listening(ALICE);
  const answers = await Promise.all(guesses(21).map((token) => ask(port, token, "/known")));
  expect(answers.map(({ name, status }) => name ?? status)).toEqual([...Array(20).fill("unknown"), 429]);
  expect(await ask(port, "right", "/known")).toMatchObject({ name: "known" });
});

async function listening(options: Omit<DoorOptions, "log">, holdMs = 10): Promise<number> {
  const door = new Door({ ...options, log });
  const app = express()
    .get("/", (req, res) => void res.json({ name: door.admit(req) }))
    .get("/known", (req, res) => void res.json({ name: door.knows(req) ? "known" : "unknown" }))
    .use(slowGuesses(holdMs), problemHandler(log));
  const server = app.listen(0, "127.0.0.1");
  open.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function connectionsOf(): Promise<number> {
  return await new Promise((resolve) => open[0]?.getConnections((_error, count) => resolve(count)));
}

function guesses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `guess-${index}`);
}

interface Answered {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly retryAfter: string | undefined;
  readonly name?: string;
  readonly code?: string;
}

async function ask(port: number, token: string | undefined, path = "/"): Promise<Answered> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const agent = new Agent({ keepAlive: true });
  const sent = request({ host: "127.0.0.1", port, path, headers, agent });
  const [res] = await once(sent.end(), "response");
  let text = "";
  for await (const chunk of res) text += chunk;
  agent.destroy();
  const { connection, "retry-after": retryAfter } = res.headers;
  return { status: res.statusCode, connection, retryAfter, ...JSON.parse(text) };
}

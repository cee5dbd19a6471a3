import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { Sessions } from "./sessions.ts";

class Answer extends EventEmitter {
  destroyed = false;
  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

const answer = () => new Answer() as Answer & ServerResponse;

function sessionsAt(perClient = 3) {
  const clock = { now: 0 };
  const sessions = new Sessions({ idleSeconds: 10, perClient }, () => clock.now);
  const use = (id: string) => {
    const res = answer();
    const client = sessions.use(id, res);
    res.emit("close");
    return client;
  };
  return { sessions, clock, use };
}

test("ids are 32 random bytes, and belong to the client that signed in", () => {
  const { sessions, use } = sessionsAt();
  const ids = [sessions.open("alice"), sessions.open("bob")];
  expect(ids.map((id) => Buffer.from(id, "base64url").length)).toEqual([32, 32]);
  expect(ids.map(use)).toEqual(["alice", "bob"]);
});

test.each(["", "x", "__proto__", "constructor", "A".repeat(100_000)])("%.20s is no session", (id) => {
  const { sessions, use } = sessionsAt();
  sessions.open("alice");
  expect(use(id)).toBeUndefined();
});

test("a session is kept for its time after each use, and then ends", () => {
  const { sessions, clock, use } = sessionsAt();
  const id = sessions.open("alice");
  for (const now of [9_000, 18_000, 28_000]) {
    clock.now = now;
    expect(use(id)).toBe("alice");
  }
  clock.now = 38_001;
  expect(use(id)).toBeUndefined();
});

test("a stream that is open keeps its session, and its time begins when the stream ends", () => {
  const { sessions, clock, use } = sessionsAt();
  const id = sessions.open("alice");
  const stream = answer();
  sessions.use(id, stream);
  clock.now = 60_000;
  expect(use(id)).toBe("alice");
  stream.emit("close");
  clock.now = 70_001;
  expect(use(id)).toBeUndefined();
});

test("the end of a session ends its streams, but not the answer that tells of it", () => {
  const { sessions, use } = sessionsAt();
  const [id, other] = [sessions.open("alice"), sessions.open("alice")];
  const [stream, own, beside] = [answer(), answer(), answer()];
  sessions.use(id, stream);
  sessions.use(id, own);
  sessions.use(other, beside);
  sessions.end(id, own);
  expect([stream.destroyed, own.destroyed, beside.destroyed]).toEqual([true, false, false]);
  expect([use(id), use(other)]).toEqual([undefined, "alice"]);
});

test("a client with too many sessions loses the one that was used longest ago, and no other client does", () => {
  const { sessions, use } = sessionsAt(3);
  const bob = sessions.open("bob");
  const [first, second, third] = [1, 2, 3].map(() => sessions.open("alice"));
  expect(use(first ?? "")).toBe("alice");
  const fourth = sessions.open("alice");
  expect([first, second, third, fourth, bob].map((id) => use(id ?? ""))).toEqual([
    "alice",
    undefined,
    "alice",
    "alice",
    "bob",
  ]);
});

import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

/** Works in two pieces; `pieces` tells their order. */
async function work(turns: Turns, name: string, pieces: string[]): Promise<void> {
  for (let piece = 1; piece <= 2; piece += 1) {
    await turns.next("long");
    pieces.push(`${name}${piece}`);
  }
}

test("a turn of the event loop has one piece, and callers go on in the order of their calls", async () => {
  const turns = new Turns();
  const pieces: string[] = [];
  const all = Promise.all(["a", "b", "c"].map((name) => work(turns, name, pieces)));
  const counts = [0];
  while (pieces.length < 6) {
    await turn();
    counts.push(pieces.length);
  }
  await all;
  expect(pieces).toEqual(["a1", "b1", "c1", "a2", "b2", "c2"]);
  const inOneTurn = counts.slice(1).map((count, index) => count - (counts[index] ?? 0));
  expect(Math.max(...inOneTurn)).toBeLessThanOrEqual(2);
  expect(counts.length).toBeGreaterThan(5);
});

test("short work does not wait for the pieces of long work that came before it", async () => {
  const turns = new Turns();
  const pieces: string[] = [];
  const long = Promise.all(["a", "b", "c", "d"].map((name) => work(turns, name, pieces)));
  await turns.next("short");
  pieces.push("short");
  await long;
  expect(pieces.indexOf("short")).toBeLessThan(3);
});

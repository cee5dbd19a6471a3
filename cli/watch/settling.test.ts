import { expect, test } from "vitest";
import type { LocalInput } from "../files/look.ts";
import { Settling } from "./settling.ts";

const file = (bytes: number, modified: number): LocalInput => ({ path: "/a", name: "a", bytes, modified });

test("a file is handed on once, when size and time have not changed for the whole time", () => {
  const settling = new Settling(2_000);
  expect(settling.isReady(file(1, 1), 1_000)).toBe(false);
  expect(settling.isReady(file(2, 1), 2_500)).toBe(false);
  expect(settling.isReady(file(2, 3), 4_000)).toBe(false);
  expect(settling.isReady(file(2, 3), 5_900)).toBe(false);
  expect(settling.isReady(file(2, 3), 6_000)).toBe(true);
  expect(settling.isReady(file(2, 3), 9_000)).toBe(false);
});

test("a file that changes after it was handed on is handed on again", () => {
  const settling = new Settling(10);
  settling.isReady(file(1, 1), 0);
  expect(settling.isReady(file(1, 1), 10)).toBe(true);
  expect(settling.isReady(file(1, 2), 20)).toBe(false);
  expect(settling.isReady(file(1, 2), 30)).toBe(true);
});

test("it tells when the first file of a look may have settled", () => {
  const settling = new Settling(2_000);
  settling.isReady(file(1, 1), 1_000);
  settling.isReady({ ...file(1, 1), path: "/b" }, 1_500);
  expect(settling.untilDue(2_000)).toBe(1_000);
  settling.begin();
  expect(settling.untilDue(2_000)).toBe(Number.POSITIVE_INFINITY);
  settling.isReady(file(1, 1), 2_000);
  expect(settling.untilDue(2_500)).toBe(500);
});

import { expect, test } from "vitest";
import { afterTry, type TryEnd } from "./schedule.ts";

const terms = { attempts: 0, now: 1_000_000, random: 0.5 };

test.each([200, 202, 204, 299])("%d is the end", (status) => {
  expect(afterTry({ status }, terms)).toEqual({ state: "delivered", lastStatus: status });
});

test("410 is the end, too", () => {
  expect(afterTry({ status: 410 }, terms)).toEqual({ state: "failed", lastStatus: 410 });
});

test.each([
  [{ status: 302 }, { lastStatus: 302 }],
  [{ status: 404 }, { lastStatus: 404 }],
  [{ status: 500 }, { lastStatus: 500 }],
  [{ error: "nothing listens there" }, { lastError: "nothing listens there" }],
] as const)("after %j there is another try", (end, told) => {
  expect(afterTry(end, terms)).toEqual({ state: "pending", ...told, nextAt: 1_003_000 });
});

test("pauses grow, are a fifth shorter or longer by chance, and end after about a day", () => {
  const pauses = (random: number) => {
    const end: TryEnd = { status: 503 };
    const found: number[] = [];
    for (let attempts = 0; attempts < 100; attempts += 1) {
      const { nextAt } = afterTry(end, { attempts, now: 0, random });
      if (nextAt === undefined) return found;
      found.push(nextAt / 1000);
    }
    return found;
  };
  const [usual, shortest, longest] = [0.5, 0, 1].map(pauses);
  expect(usual).toEqual(usual?.toSorted((a, b) => a - b));
  const hours = (usual?.reduce((sum, pause) => sum + pause, 0) ?? 0) / 3600;
  expect(hours).toBeGreaterThan(22);
  expect(hours).toBeLessThan(26);
  expect(shortest?.[0]).toBeCloseTo(2.4);
  expect(longest?.[0]).toBeCloseTo(3.6);
});

test("Retry-After makes a pause longer, up to an hour, and never shorter", () => {
  const next = (retryAfter: number, attempts: number) =>
    afterTry({ status: 429, retryAfter }, { attempts, now: 0, random: 0.5 }).nextAt;
  expect([next(60, 0), next(60, 2), next(1e9, 0)]).toEqual([60_000, 180_000, 3_600_000]);
});

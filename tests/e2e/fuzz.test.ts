import { join } from "node:path";
import { expect, it } from "vitest";
import { fuzz } from "../../bench/fuzz/run.ts";
import { readSeeds } from "../../bench/fuzz/seeds.ts";

const ROOT = join(import.meta.dirname, "../..");

it("mutated files and requests end in an answer with a code, and leave master and slave as they were", async () => {
  const seeds = await readSeeds([join(ROOT, "examples/files"), join(ROOT, "tests/fixtures")]);
  const report = await fuzz({ seed: 5, seeds, goOn: ({ rounds }) => rounds < 12 });
  expect(report.problems).toEqual([]);
  expect(report.requests).toBe(12 * 32);
  expect(report.distinct.size).toBeGreaterThan(300);
}, 300_000);

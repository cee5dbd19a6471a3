import { describe, expect, test } from "vitest";
import { violationsOf } from "../../bench/chaos/report.ts";
import { runChaos } from "../../bench/chaos/run.ts";

// `/proc`, and a whole network of loopback addresses.
describe.runIf(process.platform === "linux")(
  "while processes are killed, frozen, cut off and robbed of unsynced bytes",
  () => {
    test("every accepted job ends once, as in a run without faults, and nothing is left behind", {
      timeout: 600_000,
    }, async () => {
      const told: string[] = [];
      const report = await runChaos({ seed: 7, seconds: 20, recipes: 10, tell: (line) => told.push(line) });
      const found = violationsOf(report).filter(([, list]) => list.length > 0);
      expect(found, told.join("\n")).toEqual([]);
      expect(report.jobs).toBeGreaterThan(0);
    });
  },
);

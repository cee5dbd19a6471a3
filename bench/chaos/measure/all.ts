import { availableParallelism } from "node:os";
import { startChaosFleet } from "../fleet.ts";
import { Random } from "../random.ts";
import { timesToCancel } from "./cancel.ts";
import { timesToReassign } from "./reassign.ts";
import { recover } from "./recovery.ts";
import { shareUnderKills } from "./throughput.ts";
import { quantile } from "./working.ts";

/** What faults cost, each measured by itself on a fleet of two slaves with two slots each: rows of a table. */
export async function measureAll(seed: number): Promise<string[]> {
  const chaos = await startChaosFleet({ slaves: 2, slots: 2 });
  try {
    const cancel = await timesToCancel(chaos, 30);
    const reassign = await timesToReassign(chaos, 20);
    const share = await shareOfRightSize(seed);
    const { ready, firstLease } = await recover(chaos, 10_000);
    return [
      row("slave killed to its file in work elsewhere, p50", seconds(quantile(reassign, 0.5))),
      row("the same, p99", seconds(quantile(reassign, 0.99))),
      row("cancel to no slave at work on it, p99", seconds(quantile(cancel, 0.99))),
      row("master killed in a job of 10,000 files: ready again", seconds(ready)),
      row("the same, first file at work at a slave again", seconds(firstLease)),
      row("throughput with a kill every 5 s, share of the quiet one", share.toFixed(2)),
    ];
  } finally {
    await chaos.stop();
  }
}

/** As many slots as cores, the default of slaves: more would compete with restarting processes. */
async function shareOfRightSize(seed: number): Promise<number> {
  const slots = Math.max(1, Math.floor(availableParallelism() / 2));
  const chaos = await startChaosFleet({ slaves: 2, slots });
  try {
    return await shareUnderKills(chaos, new Random(seed), 45);
  } finally {
    await chaos.stop();
  }
}

function row(what: string, value: string): string {
  return `| ${what} | ${value} |`;
}

function seconds(value: number): string {
  return `${value.toFixed(value < 0.1 ? 3 : 2)} s`;
}

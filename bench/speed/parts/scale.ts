import { requireDone, small, upload } from "../client.ts";
import { atLeast, type BenchPart, type Measure } from "../part.ts";
import { startSimulatedSlave } from "../simulated/slave.ts";
import { withFleet } from "../start.ts";

const SLOTS_OF_A_SLAVE = 8;
/** Default of a master. */
const POLL_SECONDS = "2";

/** Measures the share of a large fleet's slot time in use: units of a second each, twenty per slot. */
export const scale: BenchPart = {
  name: "scale",
  run: async (scaled) => [await efficiency(64, scaled(20), 0.95), await efficiency(512, scaled(20), 0.9)],
};

async function efficiency(slots: number, unitsPerSlot: number, target: number): Promise<Measure> {
  return await withFleet({ slots: 0, env: { POLL_SECONDS } }, async ({ fleet, url }) => {
    const count = slots / SLOTS_OF_A_SLAVE;
    const slaves = await Promise.all(
      Array.from({ length: count }, () => startSimulatedSlave(url, { slots: SLOTS_OF_A_SLAVE })),
    );
    try {
      await fleet.alive(count);
      const units = slots * unitsPerSlot;
      const answer = requireDone(
        await upload(url, { task: "wait", field: "files", files: small(units) }),
        units,
      );
      const { statistics } = JSON.parse(answer.body.toString("utf8")) as {
        statistics: { run_seconds: number };
      };
      const share = Number((unitsPerSlot / statistics.run_seconds).toFixed(3));
      return atLeast(`${slots} slots at ${count} slaves`, share, target, `${units} units of 1 s`);
    } finally {
      for (const slave of slaves) slave.close();
    }
  });
}

import { against } from "../against.ts";
import { requireDone, upload } from "../client.ts";
import type { BenchPart, Measure, Scale } from "../part.ts";
import { RIVALS, type Rival } from "../rivals.ts";
import { spent, total, withFleet } from "../start.ts";

const SLOTS = 2;

/** Measures the same files through command line tools under GNU parallel. */
export const native: BenchPart = {
  name: "native",
  run: async (scale) => {
    const measures: Measure[] = [];
    for (const rival of RIVALS) measures.push(...(await compare(rival, scale)));
    return measures;
  },
};

async function compare(rival: Rival, scale: Scale): Promise<Measure[]> {
  const { task, field, options } = rival;
  return await against(rival, {
    scale,
    processes: SLOTS,
    within: (files, measure) =>
      withFleet({ slots: SLOTS }, async (running) => {
        const send = async () =>
          requireDone(await upload(running.url, { task, field, files, options }), files.length);
        await send();
        return await measure(async () => total(await spent(running, send)));
      }),
  });
}

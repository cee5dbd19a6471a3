import { against } from "../against.ts";
import { atLeast, type BenchPart, type Measure, median, type Scale } from "../part.ts";
import { startPlainLoop } from "../plainLoop.ts";
import { prose } from "../prose.ts";
import type { Rival } from "../rivals.ts";
import { STEP_RIVALS } from "../stepRivals.ts";

const ROUNDS = 5;
/** Rounds before the measurement, in which V8 compiles what runs often. */
const WARMING_ROUNDS = 3;

/** Measures steps alone, in one warm process without master and slave: their speed, and tools over the same files. */
export const steps: BenchPart = {
  name: "steps",
  run: async (scale, wanted = "") => {
    const measures = "texts".includes(wanted) ? [await textSpeed(scale)] : [];
    for (const rival of STEP_RIVALS.filter(({ name }) => name.includes(wanted)))
      measures.push(...(await compare(rival, scale)));
    return measures;
  },
};

/** Megabytes of English text in a CPU second. */
async function textSpeed(scale: Scale): Promise<Measure> {
  const files = await prose(scale(10));
  const bytes = files.reduce((sum, { body }) => sum + body.length, 0);
  const loop = await startPlainLoop("text", files, { processes: 1 });
  try {
    const speeds: number[] = [];
    for (let round = 0; round < WARMING_ROUNDS + ROUNDS; round += 1)
      speeds.push(bytes / 1e6 / (await loop.run()).cpu);
    const speed = median(speeds.slice(WARMING_ROUNDS));
    return atLeast("texts of 1 MB, MB a CPU second", Number(speed.toFixed(2)), 4, `${files.length} files`);
  } finally {
    await loop.stop();
  }
}

async function compare(rival: Rival, scale: Scale): Promise<Measure[]> {
  return await against(rival, {
    scale,
    processes: 1,
    within: async (files, measure) => {
      const loop = await startPlainLoop(rival.task, files, { processes: 1, options: rival.options });
      try {
        for (let round = 0; round < WARMING_ROUNDS; round += 1) await loop.run();
        return await measure(async () => (await loop.run()).cpu);
      } finally {
        await loop.stop();
      }
    },
  });
}

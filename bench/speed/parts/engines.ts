import { kills } from "../engines/kills.ts";
import { costs, type Growth, growth, growthRows } from "../engines/rates.ts";
import { ENGINES, type Engine, withSite } from "../engines/site.ts";
import { bytesCost, databaseBytes } from "../engines/weights.ts";
import type { BenchPart, Measure, Scale } from "../part.ts";

/** Simulated slaves of each master, and slots of each. */
const FLEET = { slaves: 4, slots: 8 };

/**
 * Measures what a unit costs on each engine, how throughput grows with masters, and how soon work goes on when a slave or
 * a master is killed. Slaves are simulated. `--kind` names an engine.
 */
export const engines: BenchPart = {
  name: "engines",
  run: async (scale, kind) => {
    const measures: Measure[] = [];
    for (const engine of ENGINES.filter((name) => kind === undefined || name === kind)) {
      measures.push(...(await ratesOn(engine, scale)), ...(await kills(engine, scale)));
    }
    return measures;
  },
};

async function ratesOn(engine: Engine, scale: Scale): Promise<Measure[]> {
  const measures: Measure[] = [];
  const grown = new Map<number, Growth>();
  for (const masters of engine === "embedded" ? [1] : [1, 2, 4]) {
    const options = { engine, masters, ...FLEET };
    console.error(`engines: ${engine}, ${masters}`);
    await withSite(options, async (site) => {
      measures.push(...(await costs(site, options, scale)));
      if (masters === 1) measures.push(await bytesCost(site, options, scale));
      if (masters === 1 && engine === "postgres") measures.push(await databaseBytes(site, scale));
      grown.set(masters, await growth(site, options, scale));
    });
  }
  return [...measures, ...growthRows(engine, grown)];
}

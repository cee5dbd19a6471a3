import { requireDone, small, upload } from "../client.ts";
import { children, memory } from "../meter.ts";
import { atLeast, type BenchPart, type Measure, median, type Scale, stated } from "../part.ts";
import { startPlainLoop } from "../plainLoop.ts";
import { KINDS, type Kind } from "../samples.ts";
import { type Spent, spent, total, withFleet } from "../start.ts";

const SLOTS = 2;
const ROUNDS = 9;
/** Files of a kind before the measurement, in rounds: V8 compiles code that runs often, and a service runs for weeks. */
const WARMING_FILES = 6000;
const WARMING_ROUNDS = { least: 4, most: 30 };
/** Small files that pass through master and slave before the measurement. */
const WARMING = 2000;

/** Measures files per second through master and one slave, relative to the same steps in a plain loop. */
export const limit: BenchPart = {
  name: "limit ratio",
  run: async (scale, wanted = "") => {
    const measures: Measure[] = [];
    for (const kind of KINDS.filter(({ name }) => name.includes(wanted)))
      measures.push(...(await compare(kind, scale)));
    return measures;
  },
};

async function compare(kind: Kind, scale: Scale): Promise<Measure[]> {
  const { name, task, field, target } = kind;
  const files = await kind.make(scale(kind.files));
  const loop = await startPlainLoop(task, files, { processes: SLOTS });
  try {
    return await withFleet({ slots: SLOTS }, async (running) => {
      const send = async () => requireDone(await upload(running.url, { task, field, files }), files.length);
      // Both are warm: models are loaded and code is compiled, as in a service that has run for a while.
      const nothing = { task: "nothing", field: "files", files: small(WARMING) };
      requireDone(await upload(running.url, nothing), WARMING);
      for (let round = 0; round < warmingRounds(files.length); round += 1) {
        await send();
        await loop.run();
      }
      const walls: number[] = [];
      const cpus: number[] = [];
      const costs: string[] = [];
      // In pairs, so that other work on the machine affects both.
      for (let round = 0; round < ROUNDS; round += 1) {
        const fleet = await spent(running, send);
        const plain = await loop.run();
        walls.push(plain.wall / fleet.wall);
        cpus.push(plain.cpu / total(fleet));
        costs.push(costOf(fleet, plain.cpu, files.length));
      }
      const peak = Math.max(...children(running.slavePid).map((pid) => memory(pid).peak));
      return [
        atLeast(
          name,
          share(median(walls)),
          target,
          `files per second; ${files.length} files, ${SLOTS} slots`,
        ),
        stated(`${name}, by CPU time`, share(median(cpus))),
        stated(`${name}: CPU ms per file`, costs.at(-1) ?? ""),
        stated(`${name}: most memory of a child`, `${Math.round(peak / 2 ** 20)} MiB`),
        stated(
          `${name}: most memory of the slave's process`,
          `${Math.round(memory(running.slavePid).peak / 2 ** 20)} MiB`,
        ),
      ];
    });
  } finally {
    await loop.stop();
  }
}

function warmingRounds(files: number): number {
  const { least, most } = WARMING_ROUNDS;
  return Math.min(most, Math.max(least, Math.ceil(WARMING_FILES / files)));
}

function costOf({ master, slave, children: steps, client }: Spent, plain: number, files: number): string {
  const each = (seconds: number) => ((1000 * seconds) / files).toFixed(2);
  return `plain ${each(plain)}; master ${each(master)}, slave ${each(slave)}, its children ${each(steps)}, client ${each(client)}`;
}

function share(value: number): number {
  return Number(value.toFixed(3));
}

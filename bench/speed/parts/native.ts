import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireDone, upload } from "../client.ts";
import { atLeast, type BenchPart, type Measure, median, type Scale, stated } from "../part.ts";
import { isThere, RIVALS, type Rival } from "../rivals.ts";
import { spent, total, withFleet } from "../start.ts";

const SLOTS = 2;
const ROUNDS = 3;

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
  const missing = [rival.tool, "parallel"].filter((tool) => !isThere(tool));
  if (missing.length > 0) return [stated(rival.name, "not measured", `not installed: ${missing.join(", ")}`)];
  const { task, field, options } = rival;
  const files = await rival.make(scale(rival.files));
  const folder = await mkdtemp(join(tmpdir(), "manyhands-native-"));
  try {
    await mkdir(join(folder, "in"));
    await mkdir(join(folder, "out"));
    for (const { name, body } of files) await writeFile(join(folder, "in", name), body);
    const command = await rival.command(folder);
    return await withFleet({ slots: SLOTS }, async (running) => {
      const send = async () =>
        requireDone(await upload(running.url, { task, field, files, options }), files.length);
      await send();
      const rounds: { readonly ours: number; readonly theirs: number }[] = [];
      for (let round = 0; round < ROUNDS; round += 1)
        rounds.push({ ours: total(await spent(running, send)), theirs: await cpuOf(command, folder) });
      if ((await readdir(join(folder, "out"))).length < files.length)
        throw new Error(`${rival.tool}: ${await readFile(join(folder, "log"), "utf8")}`);
      return measuresOf(rival, rounds, files.length);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function measuresOf(
  { name, target, note }: Rival,
  rounds: readonly { readonly ours: number; readonly theirs: number }[],
  files: number,
): Measure[] {
  const ratio = Number(median(rounds.map(({ ours, theirs }) => theirs / ours)).toFixed(3));
  const each = (seconds: readonly number[]) => ((1000 * median(seconds)) / files).toFixed(1);
  const costs = `${each(rounds.map(({ ours }) => ours))} here, ${each(rounds.map(({ theirs }) => theirs))} there`;
  return [
    target === undefined ? stated(name, ratio, note) : atLeast(name, ratio, target, note),
    stated(`${name}: CPU ms per file`, costs, `${files} files`),
  ];
}

/** CPU seconds of a command over all files of the folder, with as many processes as the slave has slots. */
async function cpuOf(command: string, folder: string): Promise<number> {
  const script = `TIMEFORMAT='%U %S'; time parallel --will-cite -j${SLOTS} ${quoted(command)} ::: in/* >log 2>&1`;
  // A fixed locale, because the decimal point must not be a comma.
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const { stderr } = await promisify(execFile)("bash", ["-c", script], { cwd: folder, env });
  return stderr
    .trim()
    .split(/\s+/)
    .slice(-2)
    .reduce((sum, seconds) => sum + Number(seconds), 0);
}

function quoted(command: string): string {
  return `'${command.replaceAll("'", "'\\''")}'`;
}

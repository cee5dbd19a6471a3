import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Sent } from "./client.ts";
import { atLeast, type Measure, median, type Scale, stated } from "./part.ts";
import { isThere, type Rival } from "./rivals.ts";

const ROUNDS = 3;

/** Does all files once. Resolves with the CPU seconds of that. */
type Work = () => Promise<number>;

interface Ours {
  readonly scale: Scale;
  /** Number of the tool's processes at a time. */
  readonly processes: number;
  /** Starts what does the files here, and stops it after `measure`. */
  readonly within: <T>(files: readonly Sent[], measure: (work: Work) => Promise<T>) => Promise<T>;
}

/** The work here per CPU second, relative to a tool that gets the same files: by turns, so that other work affects both. */
export async function against(rival: Rival, { scale, processes, within }: Ours): Promise<Measure[]> {
  const missing = [...(isThere(rival) ? [] : [rival.tool]), ...(isThere(PARALLEL) ? [] : [PARALLEL.tool])];
  if (missing.length > 0) return [stated(rival.name, "not measured", `not installed: ${missing.join(", ")}`)];
  const files = await rival.make(scale(rival.files));
  const folder = await mkdtemp(join(tmpdir(), "manyhands-native-"));
  try {
    await mkdir(join(folder, "in"));
    await mkdir(join(folder, "out"));
    for (const { name, body } of files) await writeFile(join(folder, "in", name), body);
    const command = await rival.command(folder);
    return await within(files, async (work) => {
      const rounds: Round[] = [];
      for (let round = 0; round < ROUNDS; round += 1)
        rounds.push({ ours: await work(), theirs: await cpuOf(command, { folder, processes }) });
      if ((await readdir(join(folder, "out"))).length < files.length)
        throw new Error(`${rival.tool}: ${await readFile(join(folder, "log"), "utf8")}`);
      return measuresOf(rival, rounds, files.length);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const PARALLEL = { tool: "parallel" };

/** CPU seconds of both sides. */
interface Round {
  readonly ours: number;
  readonly theirs: number;
}

function measuresOf({ name, target, note }: Rival, rounds: readonly Round[], files: number): Measure[] {
  const ratio = Number(median(rounds.map(({ ours, theirs }) => theirs / ours)).toFixed(3));
  const each = (seconds: readonly number[]) => ((1000 * median(seconds)) / files).toFixed(1);
  const costs = `${each(rounds.map(({ ours }) => ours))} here, ${each(rounds.map(({ theirs }) => theirs))} there`;
  return [
    target === undefined ? stated(name, ratio, note) : atLeast(name, ratio, target, note),
    stated(`${name}: CPU ms per file`, costs, `${files} files`),
  ];
}

/** CPU seconds of a command over all files of the folder. */
async function cpuOf(
  command: string,
  { folder, processes }: { readonly folder: string; readonly processes: number },
): Promise<number> {
  const script = `TIMEFORMAT='%U %S'; time parallel --will-cite -j${processes} ${quoted(command)} ::: in/* >log 2>&1`;
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

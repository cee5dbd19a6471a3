import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliRun, runCli } from "../standin/runCli.ts";
import { startFleet, until } from "./fleet.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-bench-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** The temporary files of the command lie in the folder of the test. A late call has no second copy. */
async function bench(...args: string[]): Promise<CliRun> {
  return await runCli(["bench-fleet", ...args], {
    cwd: folder,
    env: { TMPDIR: folder, STRAGGLER_RULE: "off" },
  });
}

type Row = Readonly<Record<string, string>>;

async function table(path: string): Promise<Row[]> {
  const [head = "", ...lines] = (await readFile(join(folder, path), "utf8")).trim().split("\r\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [names[at] ?? "", cell])));
}

/** The names of elements of a class, in a well-formed picture; width and height of the picture. */
async function picture(name: string, kind: string) {
  const groups: string[] = [];
  let size: readonly number[] = [];
  let isTitle = false;
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name: tag, attributes }) => {
    if (tag === "svg") size = [Number(attributes.width), Number(attributes.height)];
    if (attributes.class === kind) groups.push("");
    isTitle = tag === "title";
  });
  parser.on("text", (text) => {
    if (isTitle && groups.at(-1) === "") groups[groups.length - 1] = text;
  });
  parser.write(await readFile(join(folder, name), "utf8")).close();
  return { groups, size };
}

describe("two callers over one and two slaves", () => {
  let run: CliRun;
  let throughput: Row[];
  let profile: Row[];
  beforeAll(async () => {
    const length = ["--callers", "2", "--slaves", "2,1", "--slots", "1", "--seconds", "2"];
    run = await bench(...length, "--function", "spin", "--out", "out", "--json");
    throughput = await table("out/throughput.csv");
    profile = await table("out/profile.csv");
  }, 180_000);

  test("the command ends well, tells the numbers of its table, and leaves nothing but its folder", async () => {
    expect(run.code, run.stderr).toBe(0);
    const { runs, files, ...about } = JSON.parse(run.stdout) as {
      readonly runs: readonly Record<string, number>[];
      readonly files: readonly string[];
    };
    expect(about).toEqual({ function: "spin", mode: "trusted", out: "out" });
    expect(runs.map((one) => Object.values(one).map(String))).toEqual(throughput.map(Object.values));
    expect((await readdir(join(folder, "out"))).toSorted()).toEqual(files.toSorted());
    expect((await readdir(folder)).filter((name) => name.startsWith("manyhands-fleet-"))).toEqual([]);
  });

  test("throughput and profile agree: each call is busy time of one slot, and all slots are there", () => {
    expect(throughput.map(({ callers, slaves, slots, failed }) => [callers, slaves, slots, failed])).toEqual([
      ["2", "1", "1", "0"],
      ["2", "2", "2", "0"],
    ]);
    for (const { slaves = "", slots, calls, seconds, calls_per_second, p50_ms, p95_ms, busy } of throughput) {
      expect(Number(calls)).toBeGreaterThanOrEqual(2);
      expect(Number(seconds)).toBeGreaterThanOrEqual(2);
      expect(Number(calls_per_second)).toBeCloseTo(Number(calls) / Number(seconds), 2);
      expect(Number(p50_ms)).toBeGreaterThanOrEqual(10);
      expect(Number(p95_ms)).toBeGreaterThanOrEqual(Number(p50_ms));
      const rows = profile.filter((row) => row.slaves === slaves);
      const worked = rows.filter(({ state }) => state === "busy");
      expect(worked).toHaveLength(Number(calls));
      expect(new Set(rows.map(slotOf))).toEqual(
        new Set(slaves === "1" ? ["slave-1 0"] : ["slave-1 0", "slave-2 0"]),
      );
      const time = worked.reduce(
        (sum, { from_seconds, to_seconds }) => sum + length(from_seconds, to_seconds),
        0,
      );
      expect(time / Number(slots) / Number(seconds)).toBeCloseTo(Number(busy), 2);
    }
    const both = profile.filter(({ slaves, state }) => slaves === "2" && state === "busy");
    expect(new Set(both.map(({ slave }) => slave))).toEqual(new Set(["slave-1", "slave-2"]));
  });

  test("the states of a slot follow each other from the start of the run to its end", () => {
    for (const { slaves = "", seconds } of throughput) {
      const rowsOf = profile.filter((row) => row.slaves === slaves);
      for (const name of new Set(rowsOf.map(slotOf))) {
        const rows = rowsOf.filter((row) => slotOf(row) === name);
        let end = "0";
        for (const { from_seconds = "", to_seconds = "" } of rows) {
          expect(from_seconds).toBe(end);
          expect(Number(to_seconds)).toBeGreaterThan(Number(from_seconds));
          end = to_seconds;
        }
        expect(end).toBe(seconds);
      }
    }
  });

  test.each([
    ["busy-per-slot", "lane", ["slave-1 / 0", "slave-1 / 0", "slave-2 / 0"]],
    ["number-busy", "run", ["2 callers, 1 slave, 1 slot", "2 callers, 2 slaves, 2 slots"]],
    ["throughput", "line", ["1 slave, 1 slot", "2 slaves, 2 slots"]],
  ])("%s is a picture as SVG, and the same size as PNG", async (name, kind, names) => {
    const { groups, size } = await picture(`out/${name}.svg`, kind);
    expect(groups.map((group) => group.split(":")[0])).toEqual(names);
    const { format, width, height } = await sharp(join(folder, `out/${name}.png`)).metadata();
    expect({ format, size: [width, height] }).toEqual({ format: "png", size });
    const { dominant, isOpaque } = await sharp(join(folder, `out/${name}.png`)).stats();
    expect(isOpaque).toBe(true);
    expect(Math.min(dominant.r, dominant.g, dominant.b)).toBeGreaterThan(200);
  });
});

function slotOf({ slave, slot }: Row): string {
  return `${slave} ${slot}`;
}

function length(from: string | undefined, to: string | undefined): number {
  return Number(to) - Number(from);
}

test("--calls counts the calls of each caller; a call that fails is told, and the exit code is 1", async () => {
  const source = "export default (n) => { if (n === 1) throw new RangeError('not one'); return n; };";
  await writeFile(join(folder, "picky.mjs"), source);
  const size = ["--callers", "2", "--slaves", "1", "--slots", "2", "--calls", "3"];
  const { code, stdout, stderr } = await bench(...size, "--function", "./picky.mjs", "--out", "picky");
  expect(code, stderr).toBe(1);
  expect(stdout).toMatch(/^CALLERS +SLAVES +SLOTS +CALLS +FAILED .*\n2 +1 +2 +6 +1 /);
  expect(stderr).toContain("The first call that failed: RangeError: not one (thrown)");
  expect(stderr).toContain("In picky/: throughput.csv, profile.csv, ");
});

test("a running fleet is used with --master, in the sandbox", async () => {
  const fleet = await startFleet({ FLEET_TOKEN: "secret", ALLOW_FUNCTIONS: "sandbox" });
  try {
    await fleet.slave({ SLAVE_NAME: "north", SLAVE_SLOTS: "2" });
    await fleet.alive(1);
    const where = ["--master", fleet.master.url, "--out", "given"];
    const { code, stdout, stderr } = await bench(
      ...where,
      "--callers",
      "1",
      "--calls",
      "3",
      "--output",
      "csv",
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/\n1,1,2,3,0,/);
    expect((await picture("given/busy-per-slot.svg", "lane")).groups).toEqual(["north / 0", "north / 1"]);
    expect((await bench(...where, "--slaves", "2")).stderr).toContain("has its own slaves");
  } finally {
    await fleet.stop();
  }
});

test("Ctrl-C ends the command in order: no process and no folder of it is left, and the exit code is 130", async () => {
  let told = "";
  const { code, stderr } = await runCli(
    ["bench-fleet", "--slaves", "2", "--seconds", "600", "--out", "stopped"],
    {
      cwd: folder,
      env: { TMPDIR: folder },
      onStart: (child) => {
        child.stderr?.on("data", (text: string) => {
          if (told === "" && text.includes("over 2 slaves")) child.kill("SIGINT");
          told += text;
        });
      },
    },
  );
  expect(code, stderr).toBe(130);
  expect(await readdir(join(folder, "stopped"))).toEqual([]);
  expect((await readdir(folder)).filter((name) => name.startsWith("manyhands-fleet-"))).toEqual([]);
  await until("the end of its processes", async () => (processesIn(folder).length === 0 ? true : undefined));
});

/** Command lines of processes whose environment names the folder. */
function processesIn(place: string): string[] {
  if (!existsSync("/proc/self/environ")) return [];
  const found = execFileSync("sh", ["-c", 'grep -lsF -- "$1" /proc/[0-9]*/environ || true', "sh", place]);
  return found
    .toString()
    .split("\n")
    .filter((path) => path !== "" && !path.includes(`/${process.pid}/`));
}

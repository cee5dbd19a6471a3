import { execFile, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { post, type RunningFleet, startFleet } from "./fleet.ts";

/** The examples need `sh`, `curl`, `jq`, `python3` and its package requests; each runs in an empty folder. */

const EXAMPLES = join(import.meta.dirname, "../../examples");
const FILES = join(EXAMPLES, "files");
/** Some examples start the command line several times; the limit only prevents hanging. */
const SLOW_MS = 180_000;

const SECRET = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

let fleet: RunningFleet;
let folder: string;

beforeAll(async () => {
  fleet = await startFleet({ WEBHOOK_SECRET: SECRET, FLEET_TOKEN: "secret", ALLOW_FUNCTIONS: "sandbox" });
  await fleet.slave();
  await fleet.alive(1);
});
afterAll(() => fleet.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-examples-"));
  return () => rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(program: string, ...args: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, MASTER_URL: fleet.master.url };
  return await new Promise((resolve, reject) =>
    execFile(program, args, { cwd: folder, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number") resolve({ code, stdout, stderr });
      else reject(new Error(`${program} cannot be run: ${code}`, { cause: error }));
    }),
  );
}

const example = (name: string) => join(EXAMPLES, name);
const sample = (name: string) => join(FILES, name);

test("upload.sh prints the answer and saves a gray image", async () => {
  const { code, stdout, stderr } = await run("sh", example("upload.sh"));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('"saved_files"');
  expect(stdout).toContain("saved results/gray.png");
  expect(await readdir(join(folder, "results"))).toEqual(["gray.png"]);
});

test("retry.sh ends with the master's sentence when the master refuses the files", async () => {
  const { code, stderr } = await run("sh", example("retry.sh"), "text");
  expect(code).not.toBe(0);
  expect(stderr).toContain("No files provided");
});

test("mean.sh prints the mean of three files as CSV", async () => {
  const { code, stdout } = await run("sh", example("mean.sh"));
  const [head, ...rows] = stdout.trim().split("\n");
  expect(code).toBe(0);
  expect(head).toBe("index,count,mean,min,max,stddev");
  expect(rows.length).toBe(24);
  expect(rows.every((row) => row.split(",")[1] === "3")).toBe(true);
});

test("iris.sh learns a model and predicts with it", async () => {
  const { code, stdout, stderr } = await run("sh", example("iris.sh"));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [accuracy = "", ...features] = stdout.trim().split("\n");
  expect(Number(/^right in ([\d.]+) % of the rows of 5 folds$/.exec(accuracy)?.[1])).toBeGreaterThan(90);
  expect(features.slice(0, 4).join()).toMatch(/petal_(length|width): [\d.]+ %, {2}petal_(length|width): /);
  expect(features.at(-1)).toBe("saved iris_predictions.csv: 38 flowers");
  const [head, first] = (await readFile(join(folder, "iris_predictions.csv"), "utf8")).split("\n");
  expect(head).toMatch(/,prediction,probability_setosa,probability_versicolor,probability_virginica$/);
  expect(first?.split(",")).toHaveLength(8);
});

test("retry.sh makes one job and fetches its zip", async () => {
  const { code, stdout } = await run("sh", example("retry.sh"), "text", sample("review.txt"));
  const [, job = ""] = /^job (\w+) succeeded/.exec(stdout) ?? [];
  expect(code).toBe(0);
  expect(await readdir(join(folder, "results"))).toEqual([`${job}.zip`]);
  expect((await readFile(join(folder, "results", `${job}.zip`))).subarray(0, 2).toString()).toBe("PK");
});

test("retry.sh ends with a sentence when the task is unknown", async () => {
  const { code, stderr } = await run("sh", example("retry.sh"), "video", sample("review.txt"));
  expect(code).toBe(2);
  expect(stderr).toContain("There is no task video.");
});

test(
  "mixed.sh sends each file to one task, and lists the files that no task takes",
  async () => {
    const names = ["sunset.jpg", "review.txt"];
    await mkdir(join(folder, "pile", "deeper"), { recursive: true });
    for (const name of names) await copyFile(sample(name), join(folder, "pile", "deeper", name));
    await writeFile(join(folder, "pile", "program.exe"), "MZ");
    await writeFile(join(folder, "pile", "settings.json"), '{"hands": "many"}');
    const { code, stdout, stderr } = await run("sh", example("mixed.sh"), "pile", "results");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect((await readdir(join(folder, "results"))).sort()).toEqual(["image", "text"]);
    expect(stdout.trim().split("\n").slice(-2)).toEqual([
      "Not sent, because no task takes them:",
      "pile/program.exe",
    ]);
  },
  SLOW_MS,
);

test(
  "nightly.sh moves the files that are done away, and leaves the others",
  async () => {
    await mkdir(join(folder, "inbox"));
    await copyFile(sample("sunset.jpg"), join(folder, "inbox", "sunset.jpg"));
    await writeFile(join(folder, "inbox", "broken.jpg"), "not an image");
    const { code, stderr } = await run("sh", example("nightly.sh"), "image", "inbox", "results");
    expect(code).toBe(1);
    expect(stderr).toContain("broken.jpg");
    expect(await readdir(join(folder, "inbox"))).toEqual(["broken.jpg"]);
    expect(await readdir(join(folder, "inbox-done"))).toEqual(["sunset.jpg"]);
  },
  SLOW_MS,
);

test("nightly.sh ends with 0 when the folder is empty", async () => {
  await mkdir(join(folder, "inbox"));
  expect(await run("sh", example("nightly.sh"), "image", "inbox", "results")).toMatchObject({ code: 0 });
});

test("client.py saves the results", async () => {
  const { code, stdout } = await run("python3", example("client.py"), "text", sample("review.txt"));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^done review\.txt /);
  const [name = ""] = await readdir(folder);
  expect(JSON.parse(await readFile(join(folder, name), "utf8"))).toMatchObject({ filename: "review.txt" });
});

test("client_requests.py saves each result as it comes", async () => {
  const { code, stdout } = await run("python3", example("client_requests.py"), "text", sample("review.txt"));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^done review\.txt /);
  // The master numbers the results of files with the same name.
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^review_analysis(-\d+)?\.json$/)]);
});

test("client.py ends with 1 and the reason when a file fails", async () => {
  const { code, stdout } = await run("python3", example("client.py"), "image", sample("review.txt"));
  expect(code).toBe(1);
  expect(stdout).toMatch(/^failed review\.txt /);
});

test("upload.ts prints the first words of a scan", async () => {
  const tsx = join(EXAMPLES, "../node_modules/.bin/tsx");
  const { code, stdout } = await run(tsx, example("upload.ts"), fleet.master.url, sample("minutes.png"));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^minutes\.png: .*\n1 read; job \w+ succeeded/);
});

test("webhook.mjs prints what became of a job, and refuses what is not signed", async () => {
  const receiver = spawn(process.execPath, [example("webhook.mjs"), "0"], {
    env: { WEBHOOK_SECRET: SECRET },
  });
  try {
    const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
    const { value: first = "" } = await lines.next();
    const callback = /http:\/\/\S+/.exec(first)?.[0] ?? "";
    const forged = await fetch(callback, { method: "POST", body: "{}", headers: { "webhook-id": "msg_1" } });
    expect(forged.status).toBe(401);
    const files = [{ name: "told.txt", body: Buffer.from("Fine.") }];
    await post(fleet.master.url, files, { task: "text", callback });
    const { value: told } = await lines.next();
    expect(told).toMatch(/^job\.done \w+ told\.txt: 1 of 1 files done$/);
  } finally {
    receiver.kill("SIGKILL");
  }
});

test("functions.ts squares, counts words, estimates pi and weighs sentences", async () => {
  const tsx = join(EXAMPLES, "../node_modules/.bin/tsx");
  const { code, stdout, stderr } = await run(tsx, example("functions.ts"), fleet.master.url);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.split("\n")).toEqual([
    "squares: 1 4 9 16 25",
    "most frequent: work 3, many 2",
    expect.stringMatching(/^pi is about 3\.1\d$/),
    "sentiment of 3 sentences: 0.274",
    "",
  ]);
});

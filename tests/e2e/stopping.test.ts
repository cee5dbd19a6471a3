import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { untilAlive } from "./fleet.ts";

const ROOT = join(import.meta.dirname, "../..");

let folder: string;
const running: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-stopping-"));
});

afterEach(async () => {
  // The whole process group, should a test fail.
  for (const { pid } of running.splice(0)) if (pid !== undefined) killGroup(pid);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}

interface Npm {
  readonly process: ChildProcess;
  readonly url: string;
  /** All lines so far. */
  log(): string;
  /** Resolves when no process is left that writes to its standard error, with npm's exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** `npm run <script>`, once the line with its address is there. */
async function npmRun(script: string, env: Record<string, string> = {}): Promise<Npm> {
  const child = spawn("npm", ["run", "-s", script], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...{ PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" },
      ...{ DATA_DIR: join(folder, "data"), RESULTS_DIR: join(folder, "results") },
      ...{ MASTER_PORT: "0", SLAVE_PORT: "0", SLAVE_SLOTS: "1", POLL_SECONDS: "0.5", LOG_FORMAT: "json" },
      ...env,
    },
  });
  running.push(child);
  let text = "";
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code)),
  );
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const address = /^master {2}(http:\S+)/m.exec(text)?.[1] ?? /"url":"([^"]+)"/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    void ended.then(() => reject(new Error(text)));
  });
  return { process: child, url, log: () => text, ended };
}

async function isServed(url: string): Promise<boolean> {
  return await fetch(url).then(
    () => true,
    () => false,
  );
}

describe("a signal to the process of npm ends in order", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("npm run master: %s", async (signal) => {
    const npm = await npmRun("master");
    expect(await isServed(npm.url)).toBe(true);
    npm.process.kill(signal);
    await npm.ended;
    expect(npm.log()).toContain("master stops");
    expect(await isServed(npm.url)).toBe(false);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("npm run slave: %s; it is gone, not lost", async (signal) => {
    const master = await npmRun("master");
    const slave = await npmRun("slave", { MASTER_URL: master.url });
    await untilAlive(master.url, 1);
    slave.process.kill(signal);
    await slave.ended;
    expect(slave.log()).toContain("slave stops");
    const { slaves } = (await (await fetch(`${master.url}/slaves`)).json()) as { slaves: SlaveView[] };
    expect(slaves.map(({ state, reason }) => [state, reason])).toEqual([["gone", "it was stopped"]]);
    expect(master.log()).not.toMatch(/"level":("warn"|40)/);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("npm start: %s", async (signal) => {
    const npm = await npmRun("start");
    await untilAlive(npm.url, 1);
    npm.process.kill(signal);
    await npm.ended;
    expect(npm.log()).toMatch(/master stops[\s\S]*slave stops/);
    expect(await isServed(npm.url)).toBe(false);
  });
});

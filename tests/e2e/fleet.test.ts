import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import type { AssignLine } from "../../shared/contract/jobs.ts";
import { assign, assignLines, fixture, job, post, type RunningFleet, startFleet, until } from "./fleet.ts";

describe("the fleet", () => {
  let fleet: RunningFleet;
  afterEach(async () => await fleet.stop());

  test("without a slave a waiting upload is a 503 at once", async () => {
    fleet = await startFleet();
    const { status, headers, body } = await assign(fleet.master.url, texts(1), { task: "text" });
    expect([status, body.error, body.code]).toEqual([503, "No slaves available", "no_slaves"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await fetch(`${fleet.master.url}/readyz`)).status).toBe(503);
  });

  test("a job that was accepted waits for its first slave", async () => {
    fleet = await startFleet();
    const response = await post(fleet.master.url, texts(3), {
      task: "text",
      headers: { prefer: "respond-async" },
    });
    const { job_id: id } = (await response.json()) as { job_id: string };
    expect((await job(fleet.master.url, id)).counts.done).toBe(0);
    await fleet.slave();
    await expect
      .poll(async () => (await job(fleet.master.url, id)).state, { timeout: 30_000 })
      .toBe("succeeded");
  });

  test("a slave that is killed in the middle costs time only, and leaves no process behind", async () => {
    fleet = await startFleet();
    const [first] = await Promise.all([
      fleet.slave({ SLAVE_NAME: "first", SLAVE_SLOTS: "2" }),
      fleet.slave(),
    ]);
    await fleet.alive(2);
    const children = childrenOf(first.process.pid);
    const lines = assignLines(fleet.master.url, await pages(16), { field: "images", task: "ocr" });
    const seen: AssignLine[] = [];
    for await (const line of lines) {
      seen.push(line);
      if (seen.length === 3) await first.kill("SIGKILL");
    }
    expect(seen.at(-1)).toMatchObject({ type: "end", state: "succeeded", total_files_processed: 16 });
    await until("the children of the killed slave to end", async () => {
      const left = children.filter(isRunning);
      return left.length === 0 ? true : undefined;
    });
  });

  test("a slave that is frozen in the middle loses its leases, and its late answer changes nothing", async () => {
    fleet = await startFleet({ SLAVE_SILENCE_SECONDS: "3" });
    const [frozen] = await Promise.all([fleet.slave({ SLAVE_NAME: "frozen" }), fleet.slave()]);
    await fleet.alive(2);
    const lines = assignLines(fleet.master.url, await pages(8), { field: "images", task: "ocr" });
    const files: AssignLine[] = [];
    for await (const line of lines) {
      files.push(line);
      if (files.length === 2) frozen.process.kill("SIGSTOP");
    }
    frozen.process.kill("SIGCONT");
    expect(files.at(-1)).toMatchObject({ type: "end", state: "succeeded", total_files_processed: 8 });
    await fleet.alive(2);
  });

  test("a slave that joins during a job helps with it", async () => {
    fleet = await startFleet();
    await fleet.slave({ SLAVE_NAME: "early" });
    await fleet.alive(1);
    // Enough work that some is left when the second slave has started and loaded its model, on a busy machine too.
    const lines = assignLines(fleet.master.url, await pages(80), { field: "images", task: "ocr" });
    const slaves = new Set<string>();
    let joined = false;
    for await (const line of lines) {
      if (line.type === "file" && line.slave !== undefined) slaves.add(line.slave);
      if (joined || line.type !== "file") continue;
      joined = true;
      await fleet.slave({ SLAVE_NAME: "late" });
    }
    expect([...slaves].toSorted()).toEqual(["early", "late"]);
  });

  test("a slave that comes back is used again", async () => {
    fleet = await startFleet();
    const slave = await fleet.slave();
    await fleet.alive(1);
    await slave.kill("SIGKILL");
    await fleet.alive(0);
    await fleet.slave({ SLAVE_PORT: String(slave.port) });
    await fleet.alive(1);
    expect((await assign(fleet.master.url, texts(5), { task: "text" })).body.total_files_processed).toBe(5);
  });

  test("a master that restarts is found again, knows its jobs, and goes on with them", async () => {
    fleet = await startFleet();
    await fleet.slave();
    await fleet.alive(1);
    const done = (await assign(fleet.master.url, texts(2), { task: "text" })).body.job_id;
    const response = await post(fleet.master.url, await pages(10), {
      field: "images",
      task: "ocr",
      headers: { prefer: "respond-async" },
    });
    const { job_id: open } = (await response.json()) as { job_id: string };
    await until("the first page", async () =>
      (await job(fleet.master.url, open)).counts.done > 0 ? true : undefined,
    );
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    expect(await job(fleet.master.url, done)).toMatchObject({ state: "succeeded", counts: { done: 2 } });
    await expect
      .poll(async () => (await job(fleet.master.url, open)).state, { timeout: 50_000 })
      .toBe("succeeded");
    expect(await job(fleet.master.url, open)).toMatchObject({ counts: { done: 10, failed: 0 } });
  });

  test("a unit that runs for too long gets a copy elsewhere, and the first answer counts", async () => {
    fleet = await startFleet({ SLAVE_SILENCE_SECONDS: "300", STRAGGLER_SECONDS: "1", MISSED_POLLS: "1000" });
    const [stuck] = await Promise.all([
      fleet.slave({ SLAVE_NAME: "stuck" }),
      fleet.slave({ SLAVE_NAME: "free" }),
    ]);
    await fleet.alive(2);
    const lines = assignLines(fleet.master.url, await pages(16), { field: "images", task: "ocr" });
    const seen: AssignLine[] = [];
    for await (const line of lines) {
      seen.push(line);
      if (seen.length === 2) stuck.process.kill("SIGSTOP");
    }
    const end = seen.at(-1);
    expect(end).toMatchObject({ type: "end", state: "succeeded", total_files_processed: 16 });
    const counted = end?.type === "end" ? end.statistics : undefined;
    expect(counted?.copies_first).toBeGreaterThanOrEqual(1);
    expect(counted?.speculative_copies).toBeGreaterThanOrEqual(counted?.copies_first ?? 0);
    // The unit ran for at least a second before it counted as late.
    expect(counted?.seconds_saved).toBeGreaterThan(1);
    const { speculation } = (await (await fetch(`${fleet.master.url}/stats`)).json()) as Record<
      string,
      object
    >;
    expect(counted).toMatchObject(speculation ?? {});
  });

  test("small jobs, one after the other, go to all slaves in turn", async () => {
    fleet = await startFleet();
    await Promise.all([fleet.slave(), fleet.slave()]);
    await fleet.alive(2);
    for (let sent = 0; sent < 6; sent += 1) await assign(fleet.master.url, texts(1), { task: "text" });
    expect((await fleet.alive(2)).map(({ done }) => done)).toEqual([3, 3]);
  });

  test("a small job is not held up by a large one", async () => {
    fleet = await startFleet();
    await fleet.slave();
    await fleet.alive(1);
    await assign(fleet.master.url, texts(1), { task: "text" });
    const headers = { prefer: "respond-async" };
    const response = await post(fleet.master.url, await pages(300), {
      field: "images",
      task: "ocr",
      headers,
    });
    const { job_id: large } = (await response.json()) as { job_id: string };
    await until("the first page", async () =>
      (await job(fleet.master.url, large)).counts.done > 0 ? true : undefined,
    );
    expect((await assign(fleet.master.url, texts(1), { task: "text" })).status).toBe(200);
    expect((await job(fleet.master.url, large)).state).toBe("running");
    await fetch(`${fleet.master.url}/jobs/${large}`, { method: "DELETE" });
  });
});

function texts(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    name: `t${n}.txt`,
    body: Buffer.from(`Text number ${n}.`),
  }));
}

async function pages(count: number) {
  const body = await fixture("classic/inputs/words.png");
  return Array.from({ length: count }, (_, n) => ({ name: `page-${n}.png`, body }));
}

function childrenOf(pid: number | undefined): number[] {
  const all = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  return all
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

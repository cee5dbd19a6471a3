import { execFileSync } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AssignAnswer, JobDetail } from "../../shared/contract/jobs.ts";
import { fixture, multipart, type RunningFleet, type Started, startFleet, until } from "./fleet.ts";

const CLIENT = "clients-secret-0123";
const FLEET = "fleets-secret-4567";
const WRONG = "not-the-password-89ab";

let fleet: RunningFleet;
let slave: Started;
let first: AssignAnswer;

beforeAll(async () => {
  fleet = await startFleet({ CLIENT_TOKEN: `alice:${CLIENT}`, FLEET_TOKEN: FLEET, LOG_LEVEL: "trace" });
  slave = await fleet.slave();
  await until("a slave", async () => ((await ask("/readyz")).status === 200 ? true : undefined));
  first = await send({ password: WRONG });
}, 60_000);

afterAll(() => fleet?.stop());

it("a document does not open with a wrong password, and the job does not show which it was", async () => {
  expect(first.failed_files).toMatchObject([{ filename: "locked.pdf", code: "wrong_password" }]);
  const detail = await (await ask(`/jobs/${first.job_id}`)).text();
  expect(detail).not.toContain(WRONG);
});

it("a retry may bring the right password, which the job that is over has forgotten", async () => {
  const retry = async (options: object) => {
    const answer = await ask(`/jobs/${first.job_id}/retry`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ options }),
    });
    return (await answer.json()) as { job_id: string; code?: string };
  };
  const over = async ({ job_id: id }: { job_id: string }) =>
    (await (await ask(`/jobs/${id}?wait=60`)).json()) as JobDetail;
  expect((await over(await retry({}))).files[0]?.code).toBe("password_required");
  expect((await over(await retry({ password: "test" }))).state).toBe("succeeded");
  expect(await retry({ pass: "x" })).toMatchObject({ code: "bad_options" });
});

it("children have no token, no search path and no setting of the machine in their environment", async () => {
  const children = execFileSync("pgrep", ["-P", String(slave.process.pid)], { encoding: "utf8" });
  const pids = children.trim().split("\n");
  for (const pid of pids) {
    const environ = (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0").filter(Boolean);
    const names = environ.map((line) => line.split("=")[0]);
    const allowed = ["TMPDIR", "TZ", "LANG", "UV_THREADPOOL_SIZE", "MALLOC_ARENA_MAX"];
    expect(names.filter((name = "") => !allowed.includes(name) && !name.startsWith("NODE_CHANNEL"))).toEqual(
      [],
    );
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8");
    for (const secret of [CLIENT, FLEET]) expect(environ.join() + line).not.toContain(secret);
    expect(await readFile(`/proc/${pid}/oom_score_adj`, "utf8")).toBe("800\n");
  }
  expect(pids.length).toBeGreaterThan(0);
});

it("no token and no password is in any log, not even at LOG_LEVEL=trace", () => {
  const logs = [...fleet.master.log, ...slave.log].join("");
  expect(logs.length).toBeGreaterThan(100);
  for (const secret of [CLIENT, FLEET, WRONG]) expect(logs).not.toContain(secret);
});

it("when master and slave have stopped, their folders have neither, and other users may not enter them", async () => {
  await Promise.all([fleet.master.kill("SIGTERM"), slave.kill("SIGTERM")]);
  const data = join(fleet.folder, "data");
  const found: string[] = [];
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    const bytes = await readFile(path);
    for (const secret of [CLIENT, FLEET, WRONG]) if (bytes.includes(secret)) found.push(path);
  }
  expect(found).toEqual([]);
  for (const name of await readdir(data)) {
    expect((await stat(join(data, name))).mode & 0o077).toBe(0);
  }
});

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(fleet.master.url + path, {
    ...init,
    headers: { authorization: `Bearer ${CLIENT}`, ...init.headers },
  });
}

async function send(options: object): Promise<AssignAnswer> {
  const files = [{ name: "locked.pdf", body: await fixture("document/password-test.pdf") }];
  const body = multipart(files, { task: "document", field: "documents", options });
  return (await (await ask("/assign_task", { method: "POST", body })).json()) as AssignAnswer;
}

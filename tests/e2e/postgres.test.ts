import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { MIGRATIONS } from "../../master/record/postgres/schema.ts";
import { isFinal } from "../../shared/contract/jobs.ts";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { type Answered, assign, job, type RunningFleet, startFleet, until } from "./fleet.ts";
import { migrated } from "./migrated.ts";

const TABLES = MIGRATIONS.length;
const QUEUE = "The schema of the queue has version 11.\n";

let server: TestPostgres;
let fleet: RunningFleet | undefined;
beforeAll(async () => {
  server = await startPostgres();
});
afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});
afterAll(() => server.remove());

test("a master on PostgreSQL needs its tables, works alone, and goes on after crashes of the server and of itself", {
  timeout: 120_000,
}, async () => {
  const env = { DATABASE_URL: server.url };
  await expect(startFleet(env)).rejects.toThrow("Run: manyhands migrate");
  expect(await migrated(server.url)).toBe(
    `The schema of the database went from version 0 to ${TABLES}.\n${QUEUE}`,
  );
  expect(await migrated(server.url)).toBe(
    `The schema of the database had version ${TABLES} already.\n${QUEUE}`,
  );

  fleet = await startFleet(env);
  const { master } = fleet;
  await expect(startFleet(env)).rejects.toThrow("Another master works with this database");
  await fleet.slave();
  await fleet.alive(1);
  const first = await assign(master.url, texts(3), { task: "text" });
  expect(first).toMatchObject({ status: 200, body: { total_files_processed: 3 } });

  const accepted = await assign(master.url, texts(80), {
    task: "text",
    headers: { prefer: "respond-async" },
  });
  expect(accepted.status).toBe(202);
  await server.crash();
  const refused = await assign(master.url, texts(1), { task: "text" });
  expect(refused).toMatchObject({ status: 503, body: { code: "database_unavailable" } });
  expect(refused.headers.get("retry-after")).not.toBeNull();
  await server.start();
  await succeeded(accepted, 80);

  const last = await assign(master.url, texts(80), { task: "text", headers: { prefer: "respond-async" } });
  await master.kill("SIGKILL");
  await fleet.restartMaster();
  await succeeded(last, 80);
  expect(await job(fleet.master.url, first.body.job_id)).toMatchObject({ state: "succeeded" });
});

test("a master whose database freezes or crashes says so, refuses new jobs, and goes on with the accepted ones", {
  timeout: 120_000,
}, async () => {
  await migrated(server.url);
  fleet = await startFleet({ DATABASE_URL: server.url });
  const { url, log } = fleet.master;
  expect(log.join("")).toContain("fsync is off at the database (DATABASE_URL)");
  await fleet.slave();
  await fleet.alive(1);
  const end = new AbortController();
  const events = linesOf(await fetch(`${url}/events`, { signal: end.signal }));
  for (const [lose, back] of [
    [server.freeze, server.thaw],
    [server.crash, server.start],
  ] as const) {
    const accepted = await assign(url, texts(60), { task: "text", headers: { prefer: "respond-async" } });
    expect(accepted.status).toBe(202);
    await lose();
    const away = await until("readiness without the database", () => readiness(url, 503));
    expect(away).toEqual({
      status: "database_away",
      slaves: 1,
      database: { code: "database_unavailable", message: expect.stringMatching(AWAY) },
    });
    const refused = await assign(url, texts(1), { task: "text" });
    expect(refused).toMatchObject({ status: 503, body: { code: "database_unavailable" } });
    expect(refused.headers.get("retry-after")).toBe("5");
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    await until("the problem in the events", async () => events.find((line) => AWAY.test(line)));
    events.length = 0;
    await back();
    expect(await until("readiness", () => readiness(url, 200))).toEqual({ status: "ready", slaves: 1 });
    await succeeded(accepted, 60);
  }
  end.abort();
});

const AWAY = /The master's database does not answer/;

/** The answer of `/readyz` once it has this status. */
async function readiness(url: string, status: number): Promise<unknown> {
  const answer = await fetch(`${url}/readyz`);
  const body: unknown = await answer.json();
  return answer.status === status ? body : undefined;
}

/** Lines of a stream, as they arrive. */
function linesOf({ body }: Response): string[] {
  const lines: string[] = [];
  const read = async () => {
    for await (const chunk of body ?? [])
      lines.push(
        ...Buffer.from(chunk as Uint8Array)
          .toString()
          .split("\n"),
      );
  };
  // The test ends the stream.
  read().catch(() => undefined);
  return lines;
}

async function succeeded({ body: { job_id: id } }: Answered, files: number): Promise<void> {
  const detail = await until("the end of the job", async () => {
    const now = await job(fleet?.master.url ?? "", id);
    // While the database is away the answer has no state.
    return now.state !== undefined && isFinal(now.state) ? now : undefined;
  });
  expect(detail).toMatchObject({ state: "succeeded", counts: { total: files, done: files } });
}

function texts(count: number) {
  return Array.from({ length: count }, (_, n) => ({ name: `${n}.txt`, body: Buffer.from(`Text ${n}.`) }));
}

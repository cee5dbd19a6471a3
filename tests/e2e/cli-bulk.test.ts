import { mkdir, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobView } from "../../shared/contract/jobs.ts";
import { type CliRun, runCli } from "../standin/runCli.ts";
import { type RunningFleet, startFleet, until } from "./fleet.ts";

/** Each test starts the command line many times on a machine that may be busy; the limit only prevents hanging. */
const SLOW_MS = 240_000;
const FORMATS = ["table", "json", "ndjson", "csv"] as const;
type Format = (typeof FORMATS)[number];

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet({ MAX_LOCAL_SLAVES: "3" });
});

afterAll(() => fleet?.stop());

function cli(args: readonly string[]): Promise<CliRun> {
  return runCli(args, { cwd: fleet.folder, env: { MASTER_URL: fleet.master.url } });
}

/** Sends a file as a job, and does not wait for it. @returns id of the job */
async function sent(name: string, text = "A fine letter."): Promise<string> {
  await mkdir(join(fleet.folder, "files"), { recursive: true });
  await writeFile(join(fleet.folder, "files", name), text);
  const { stdout } = await cli(["upload", "text", `files/${name}`, "--detach", "--json"]);
  return (JSON.parse(stdout) as JobView).id;
}

async function stateOf(id: string): Promise<string> {
  const answer = await fetch(`${fleet.master.url}/jobs/${id}?limit=0`);
  return answer.ok ? ((await answer.json()) as JobView).state : String(answer.status);
}

/** The records of an answer: of a table, its lines; of CSV, an object for each row. */
function records(format: Format, { stdout }: CliRun, list: string): readonly unknown[] {
  const lines = stdout.trimEnd().split("\n");
  if (format === "json") return (JSON.parse(stdout) as Record<string, readonly unknown[]>)[list] ?? [];
  if (format === "ndjson") return lines.filter(Boolean).map((line) => JSON.parse(line));
  if (format === "table") return lines;
  const [head = "", ...rows] = lines;
  const names = head.split(",");
  return rows.map((row) => Object.fromEntries(row.split(",").map((cell, at) => [names[at], cell])));
}

describe("commands for many jobs and slaves, at a master", () => {
  test(
    "cancel, retry and delete what a search finds, and print it in each format",
    async () => {
      for (const format of FORMATS) {
        const [one, other] = [await sent(`${format}-1.txt`), await sent(`${format}-2.txt`)];
        const ids = [one, other].toSorted();
        const search = ["--query", `file:${format}-`, "--output", format];
        const cancelled = await cli(["jobs", "cancel", ...search]);
        expect({ code: cancelled.code, stderr: cancelled.stderr }).toEqual({ code: 0, stderr: "" });
        expect([await stateOf(one), await stateOf(other)]).toEqual(["cancelled", "cancelled"]);
        expectChanged(format, cancelled, { ids, outcome: "cancelled" });

        const retried = await cli(["jobs", "retry", ...search, "--state", "cancelled", "-o", "keywords=3"]);
        expect(retried.code).toBe(0);
        const again = await jobsOf(`file:${format}- -state:cancelled`);
        expect(again.map(({ retry_of }) => retry_of).toSorted()).toEqual(ids);
        expect(again.map(({ options }) => options.keywords)).toEqual([3, 3]);
        expectChanged(format, retried, { ids: again.map(({ id }) => id).toSorted(), outcome: "retried" });

        const twice = await cli(["jobs", "retry", ...search, "--state", "cancelled", "-o", "keywords=3"]);
        expect(twice).toMatchObject({ code: 1, stdout: expect.stringContaining("already_retried") });

        const unfinished = await cli(["jobs", "delete", ...search, "--yes"]);
        expect(unfinished.code).toBe(1);
        expect((await jobsOf(`file:${format}-`)).map(({ id }) => id).toSorted()).toEqual(
          again.map(({ id }) => id).toSorted(),
        );
        expect((await cli(["jobs", "cancel", ...search])).code).toBe(0);
        const deleted = await cli(["jobs", "delete", ...search, "--since", "1h", "--yes"]);
        expect(deleted.code).toBe(0);
        expect(await jobsOf(`file:${format}-`)).toEqual([]);
        expectChanged(format, deleted, {
          ids: again.map(({ id }) => id).toSorted(),
          outcome: "deleted",
        });
      }
    },
    SLOW_MS,
  );

  test(
    "slaves start, list, drain and stop print the slaves in each format",
    async () => {
      for (const format of FORMATS) await startedAndStopped(format);
      expect(await cli(["slaves", "stop", "nowhere"])).toMatchObject({ code: 2 });
    },
    SLOW_MS,
  );

  test(
    "jobs list chooses by state and time, in each format; jobs watch follows the events, over a start of the master",
    async () => {
      const watched = await sent("watched.txt");
      const proxy = await recording();
      const run = runCli(["jobs", "watch", watched, "--output", "ndjson"], {
        cwd: fleet.folder,
        env: { MASTER_URL: proxy.url },
      });
      // It asks for the job first, and again behind each beginning of the events.
      const asked = async (times: number) =>
        proxy.asked.filter((path) => path.startsWith(`/jobs/${watched}`)).length >= times || undefined;
      await until("the events", () => asked(2));
      await fleet.master.kill("SIGKILL");
      await fleet.restartMaster();
      await until("the events of the new master", () => asked(3));
      // Questions after the start end; one each second would go on.
      await until("four seconds without a question", async () => {
        const before = proxy.asked.length;
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        return proxy.asked.length === before || undefined;
      });
      await cli(["slaves", "start"]);
      const { code, stdout } = await run;
      proxy.server.close();
      const states = stdout
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as JobView).state);
      expect([code, states.at(-1), states.length > 1]).toEqual([0, "succeeded", true]);
      expect(proxy.asked.filter((path) => path.startsWith(`/events?q=${watched}`)).length).toBeGreaterThan(0);

      const failed = await sent("binary.txt", "no\0text");
      await until("the failure", async () => ((await stateOf(failed)) === "failed" ? true : undefined));
      for (const format of FORMATS) {
        const list = async (...args: readonly string[]) =>
          records(format, await cli(["jobs", "list", ...args, "--output", format]), "jobs");
        const head = format === "table" ? 1 : 0;
        const found = await list("--state", "failed", "--since", "1h");
        expect(found).toHaveLength(head + 1);
        expect(format === "table" ? found[1] : (found[0] as JobView).id).toContain(failed);
        expect(await list("--since", "1h", "--query", "file:watched")).toHaveLength(head + 1);
        expect(await list("--state", "failed", "--since", "2099-01-01")).toHaveLength(head);
      }
    },
    SLOW_MS,
  );
});

async function startedAndStopped(format: Format): Promise<void> {
  const how = ["--output", format];
  const started = await cli(["slaves", "start", "2", "--slots", "2", ...how]);
  expect(started.code).toBe(0);
  expect(records(format, started, "slaves").length).toBeGreaterThan(1);
  const [one, other] = await fleet.alive(2);
  const ids = [one?.name ?? "", other?.name ?? ""] as const;
  expect(statesOf(format, await cli(["slaves", "list", ...how]), ids)).toEqual(["alive 2", "alive 2"]);
  expect((await cli(["slaves", "drain", ids[0], ...how])).code).toBe(0);
  const stopped = await cli(["slaves", "stop", ids[1], ...how]);
  expect(stopped.code).toBe(0);
  expect(statesOf(format, stopped, [ids[1]])).not.toEqual(["alive 2"]);
  await fleet.alive(0);
}

/** State and slots of slaves, as an answer shows them. */
function statesOf(format: Format, run: CliRun, names: readonly string[]): readonly string[] {
  if (format === "table")
    return names.map((name) => {
      const line = run.stdout.split("\n").find((one) => one.startsWith(`${name} `)) ?? "";
      const [, state = "", slots = ""] = / (alive|draining|gone|pending) +\d+\/(\d+) /.exec(line) ?? [];
      return `${state} ${slots}`;
    });
  const found = records(format, run, "slaves") as readonly Record<string, unknown>[];
  return names.map((name) => {
    const slave = found.find((one) => one.name === name);
    return `${String(slave?.state)} ${String(slave?.slots)}`;
  });
}

interface ExpectedChange {
  readonly ids: readonly string[];
  readonly outcome: string;
}

function expectChanged(format: Format, run: CliRun, { ids, outcome }: ExpectedChange): void {
  if (format === "table") {
    expect(run.stdout).toContain(`${ids.length} of ${ids.length} jobs ${outcome}`);
    for (const id of ids) expect(run.stdout).toContain(`  ${id}\n`);
    return;
  }
  const found = records(format, run, "changed");
  if (format === "json") expect([...found].toSorted()).toEqual(ids);
  else {
    const rows = found as readonly { readonly id: string; readonly outcome: string }[];
    expect(rows.map(({ id }) => id).toSorted()).toEqual(ids);
    expect(new Set(rows.map((row) => row.outcome))).toEqual(new Set([outcome]));
  }
}

async function jobsOf(query: string): Promise<readonly JobView[]> {
  const answer = await fetch(`${fleet.master.url}/jobs?q=${encodeURIComponent(query)}`);
  return ((await answer.json()) as { readonly jobs: readonly JobView[] }).jobs;
}

interface Recording {
  readonly url: string;
  readonly server: Server;
  /** Paths that were asked for. */
  readonly asked: string[];
}

/** Passes requests on to the master, and notes them. */
async function recording(): Promise<Recording> {
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(decodeURIComponent(req.url ?? ""));
    const { method = "GET", headers } = req;
    const passed = request(fleet.master.url + (req.url ?? ""), { method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(res).on("error", () => undefined);
      answer.once("error", () => res.destroy());
    });
    passed.once("error", () => res.destroy());
    res.once("close", () => passed.destroy());
    req.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked };
}

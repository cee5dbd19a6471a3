import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { TaskView } from "../../shared/contract/about.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import {
  assign,
  type NamedBody,
  type RunningFleet,
  type Started,
  startFleet,
  until,
} from "../../tests/e2e/fleet.ts";
import { withChecksums } from "./checksums.ts";
import { mutated } from "./mutate.ts";
import { type RandomSource, seeded } from "./random.ts";
import { badRequest, send, TOKEN } from "./requests.ts";
import type { SeedFile } from "./seeds.ts";
import { type Holding, holdingOf, leaks } from "./watch.ts";

export interface FuzzOptions {
  readonly seed: number;
  readonly seeds: readonly [SeedFile, ...SeedFile[]];
  /** Called after each round of files and requests. */
  readonly goOn: (report: FuzzReport) => boolean;
  /** An input that caused a failure. */
  readonly onFinding?: (finding: Finding) => void;
}

export interface Finding {
  readonly what: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface FuzzReport {
  rounds: number;
  files: number;
  requests: number;
  /** Number of distinct inputs. */
  readonly distinct: Set<string>;
  /** Number of files and requests by outcome: `done`, a code, a status. */
  readonly endings: Map<string, number>;
  /** Crashes, hangs, leaks, internal errors. */
  readonly problems: string[];
}

const FILES_A_ROUND = 8;
const REQUESTS_A_ROUND = 32;
/** Time after which a file counts as hanging; far above the time of any of these small files. */
const HANG_MS = 180_000;
/** Number of findings that ends a run. */
const MOST_PROBLEMS = 50;
/** Rounds after which memory and descriptors count, because all code is loaded by then. */
const WARM_ROUNDS = 6;
/** Codes of faults of this project, although the child process contained them. */
const FAULTS = [
  ...["internal_error", "child_crashed", "child_killed", "poison", "timed_out", "silent", "no_result"],
  ...["slave_lied", "no_code", "no_answer"],
];

/** Options with which more of a file is read; half of the jobs have them. */
const MORE: Readonly<Record<string, object>> = { document: { attachments: "read", archives: "read" } };

interface Run extends FuzzOptions {
  readonly fleet: RunningFleet;
  readonly random: RandomSource;
  readonly report: FuzzReport;
  readonly fields: ReadonlyMap<string, string>;
  readonly ports: { readonly master: number; readonly slave: number };
}

/** Sends mutated files through a master and a slave, and mutated requests to both, until the time is over. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const times = { UNIT_RUN_SECONDS: "60", UPLOAD_IDLE_SECONDS: "5", PENDING_SECONDS: "1" };
  const fleet = await startFleet({ ...times, FLEET_TOKEN: TOKEN, ALLOW_FUNCTIONS: "sandbox" });
  const report: FuzzReport = {
    ...{ rounds: 0, files: 0, requests: 0 },
    ...{ distinct: new Set(), endings: new Map(), problems: [] },
  };
  try {
    const slave = await fleet.slave({ SLAVE_SLOTS: "2" });
    await fleet.alive(1);
    const { tasks } = (await (await fetch(`${fleet.master.url}/tasks`)).json()) as { tasks: TaskView[] };
    const fields = new Map(tasks.map((task) => [task.task_type, task.field]));
    const ports = { master: fleet.master.port, slave: slave.port };
    const run: Run = { ...options, fleet, report, fields, ports, random: seeded(options.seed) };
    await untilEnough(run, { master: fleet.master, slave });
  } finally {
    await fleet.stop();
  }
  return report;
}

async function untilEnough(run: Run, members: Readonly<Record<string, Started>>): Promise<void> {
  const { report } = run;
  let before = await holdings(members);
  do {
    await round(run);
    const ended = Object.entries(members).filter(([, member]) => hasEnded(member.process));
    report.problems.push(...ended.map(([who]) => `the ${who} ended`));
    if (report.rounds === WARM_ROUNDS) before = await holdings(members);
  } while (report.problems.length < MOST_PROBLEMS && run.goOn(report));
  await allGone(run);
  const after = await holdings(members);
  for (const who of Object.keys(members))
    report.problems.push(...leaks(who, before.get(who), after.get(who)));
}

async function holdings(members: Readonly<Record<string, Started>>): Promise<Map<string, Holding>> {
  const held = new Map<string, Holding>();
  for (const [who, { process }] of Object.entries(members)) {
    const holding = await holdingOf(process.pid ?? 0);
    if (holding !== undefined) held.set(who, holding);
  }
  return held;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function round(run: Run): Promise<void> {
  await someFiles(run);
  const wanted = Array.from({ length: REQUESTS_A_ROUND }, (_, place) => {
    const who = place % 2 === 0 ? "master" : "slave";
    return { who, request: badRequest(who, run.random) } as const;
  });
  await Promise.all(
    wanted.map(async ({ who, request }) => {
      const { status, text } = await send(run.ports[who], request);
      note(run, `request ${status}`, request.bytes);
      run.report.requests += 1;
      if (status >= 500 && ![501, 503, 505].includes(status))
        found(run, {
          what: `${who} answered ${status}: ${text.slice(-200)}`,
          name: request.about,
          bytes: request.bytes,
        });
    }),
  );
  await answers(run);
  run.report.rounds += 1;
}

/** Sends one job of mutated files of one task; each file must end as done, or as failed with a code. */
async function someFiles(run: Run): Promise<void> {
  const { random, seeds, fleet, report, fields } = run;
  const task = random.pick(random.pick(seeds).tasks);
  const fitting = seeds.filter((seed) => seed.tasks.includes(task));
  const files: NamedBody[] = Array.from({ length: task === "ocr" ? 2 : FILES_A_ROUND }, () => {
    const { name, body } = random.pick(fitting as [SeedFile, ...SeedFile[]]);
    const changed = mutated(body, random);
    return { name, body: random.int(8) === 0 ? changed : withChecksums(changed) };
  });
  const signal = AbortSignal.timeout(HANG_MS);
  try {
    const sample = TASKS.find(({ name }) => name === task)?.sampleOptions ?? {};
    const options = random.int(2) === 0 ? sample : { ...sample, ...MORE[task] };
    const how = { task, field: fields.get(task) ?? "", options, signal };
    const { body } = await assign(fleet.master.url, files, how);
    for (const [place, file] of files.entries()) judge(run, { task, file }, body.files?.[place] ?? body);
  } catch (error) {
    for (const file of files) judge(run, { task, file }, { code: "no_answer", error: String(error) });
  }
  report.files += files.length;
}

interface Ending {
  readonly state?: string;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
}

function judge(
  run: Run,
  { task, file }: { readonly task: string; readonly file: NamedBody },
  { state, code = "no_code", error = "" }: Ending,
): void {
  const ending = state === "done" ? state : code;
  note(run, `${task} ${ending}`, file.body);
  if (FAULTS.includes(ending))
    found(run, { what: `${task}: ${ending}: ${error}`, name: file.name, bytes: file.body });
}

async function answers(run: Run): Promise<void> {
  const { master, slave } = run.ports;
  for (const url of [`http://127.0.0.1:${master}/healthz`, `http://127.0.0.1:${slave}/check_status`]) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(HANG_MS) }).catch(() => undefined);
    await answer?.text();
    if (answer?.status !== 200) run.report.problems.push(`no answer of ${new URL(url).pathname} any more`);
  }
}

/** Jobs of cut connections are cancelled and may leave nothing behind. */
async function allGone({ fleet, report }: Run): Promise<void> {
  const idle = await until("an idle fleet", async () => {
    const stats = (await (await fetch(`${fleet.master.url}/stats`)).json()) as { jobs: { running: number } };
    return stats.jobs.running === 0 ? true : undefined;
  }).catch(() => false);
  if (!idle) report.problems.push("jobs are left running");
  // The servers notice cut connections within their time-outs.
  await sleep(6_000);
}

function note({ report }: Run, ending: string, bytes: Uint8Array): void {
  report.distinct.add(createHash("sha256").update(bytes).digest("base64"));
  report.endings.set(ending, (report.endings.get(ending) ?? 0) + 1);
}

function found({ report, onFinding }: Run, finding: Finding): void {
  report.problems.push(`${finding.name}: ${finding.what}`);
  onFinding?.(finding);
}

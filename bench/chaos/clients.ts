import { setTimeout as sleep } from "node:timers/promises";
import { isFinal, type JobView } from "../../shared/contract/jobs.ts";
import { post } from "../../tests/e2e/fleet.ts";
import type { History, Seen } from "./history.ts";
import type { Random } from "./random.ts";
import type { Recipe } from "./recipes.ts";

export interface LoadOptions {
  readonly url: string;
  readonly recipes: readonly Recipe[];
  readonly history: History;
  readonly random: Random;
  readonly clients: number;
  /** Greatest number of open jobs; beyond it no job is sent. */
  readonly openJobs: number;
  readonly signal: AbortSignal;
}

/** Sends jobs until it is stopped; resolves when every request has ended. */
export async function sendJobs(load: LoadOptions): Promise<void> {
  const watching = watchEnds(load);
  await Promise.all(
    Array.from({ length: load.clients }, () => client({ ...load, random: load.random.fork() })),
  );
  await watching;
}

async function client(load: LoadOptions): Promise<void> {
  const { url, random, history, signal } = load;
  while (!signal.aborted) {
    if ((await openJobs(url)) >= load.openJobs) {
      await sleep(100);
      continue;
    }
    const recipe = random.pick(load.recipes);
    const waiting = random.chance(0.3);
    const entry = history.add({ recipe, seen: await sendOne(url, recipe, waiting), cancelled: false });
    if (entry.seen.type === "accepted" && random.chance(0.05)) {
      entry.cancelled = true;
      await sleep(random.between(0, 1500));
      await fetch(`${url}/jobs/${entry.seen.job}`, { method: "DELETE" }).catch(() => undefined);
    }
    if (entry.seen.type === "refused" || entry.seen.type === "broken") await sleep(200);
  }
}

export async function sendOne(url: string, recipe: Recipe, waiting: boolean): Promise<Seen> {
  const { files, field, task, options } = recipe;
  const headers = waiting ? {} : { prefer: "respond-async" };
  try {
    const response = await post(url, files, { task, field, options, headers });
    const body = (await response.json()) as { job_id?: string; code?: string; state?: JobView["state"] };
    const { job_id: job = "", state = "failed" } = body;
    if (response.status === 202) return { type: "accepted", job };
    if (job !== "") return { type: "answered", job, state };
    return { type: "refused", status: response.status, code: body.code ?? "" };
  } catch {
    return { type: "broken" };
  }
}

/** Reads all jobs again and again; none may leave a final state. */
async function watchEnds({ url, history, signal }: LoadOptions): Promise<void> {
  while (!signal.aborted) {
    for (const job of await jobsPage(url, "").then(
      ({ jobs }) => jobs,
      () => [],
    ))
      if (isFinal(job.state)) history.sawEnd(job.id, job.state);
    await sleep(500);
  }
}

async function openJobs(url: string): Promise<number> {
  const pages = await Promise.all(
    ["queued", "running"].map((state) => jobsPage(url, `&state=${state}`).catch(() => ({ jobs: [] }))),
  );
  return pages.reduce((sum, { jobs }) => sum + jobs.length, 0);
}

export async function allJobs(url: string): Promise<JobView[]> {
  const jobs: JobView[] = [];
  for (let cursor = ""; ; ) {
    const page = await jobsPage(url, cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`);
    jobs.push(...page.jobs);
    if (!page.next_cursor) return jobs;
    cursor = page.next_cursor;
  }
}

async function jobsPage(url: string, query: string) {
  const response = await fetch(`${url}/jobs?limit=500${query}`);
  if (!response.ok) throw new Error(`the list of jobs is answered with ${response.status}`);
  return (await response.json()) as { readonly jobs: JobView[]; readonly next_cursor?: string | null };
}

/** Waits until no job is open. Resolves with the jobs that made no progress for `patienceMs`. */
export async function settle(url: string, patienceMs: number): Promise<JobView[]> {
  let before = "";
  let since = Date.now();
  let last: JobView[] = [];
  for (;;) {
    const jobs = await allJobs(url).catch(() => undefined);
    const open = jobs?.filter(({ state }) => !isFinal(state)) ?? last;
    if (jobs !== undefined && open.length === 0) return [];
    last = open;
    const now = JSON.stringify(open.map(({ id, counts }) => [id, counts.done, counts.failed]));
    if (now !== before) since = Date.now();
    if (Date.now() - since > patienceMs) return open;
    before = now;
    await sleep(200);
  }
}

import { batch } from "@preact/signals";
import type { SlaveView } from "../../../shared/contract/about.ts";
import type { Capacity } from "../../../shared/contract/capacity.ts";
import type { JobView } from "../../../shared/contract/jobs.ts";
import { isOver } from "../jobs/states.ts";
import { ApiProblem, getJson } from "./api.ts";
import { keptJobs } from "./keptJobs.ts";
import { signedOut } from "./session.ts";
import { jobs, link, problem, slaves } from "./store.ts";

/** Files of the watched job that changed: their indexes, or all when there are too many to name. */
export type FilesChange = readonly number[] | "all";
type FilesListener = (changed: FilesChange) => void;
type JobsListener = (change: { readonly job?: JobView; readonly removed?: string }) => void;

const filesListeners = new Map<string, Set<FilesListener>>();
const jobsListeners = new Set<JobsListener>();

/** Changes are drawn together, a few times a second: a fleet tells of hundreds. */
const FLUSH_MS = 150;
const RETRY_MS = 1_000;

let source: EventSource | undefined;
let watched = "";
let retry: number | undefined;

/** Hears of every job that changes, until the returned function is called. */
export function onJobs(listener: JobsListener): () => void {
  jobsListeners.add(listener);
  return () => jobsListeners.delete(listener);
}

/** Watches the files of one job, until the returned function is called. */
export function watchFiles(job: string, listener: FilesListener): () => void {
  const listeners = filesListeners.get(job) ?? new Set();
  filesListeners.set(job, listeners.add(listener));
  if (watched !== job) connect(job);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) filesListeners.delete(job);
  };
}

/** One stream feeds the whole page. It is connected again, and told the watched job, as often as it breaks. */
export function connect(job = watched): void {
  watched = job;
  source?.close();
  clearTimeout(retry);
  source = new EventSource(job === "" ? "/events" : `/events?job=${encodeURIComponent(job)}`);
  listen(source);
}

function listen(stream: EventSource): void {
  const on = <T>(name: string, take: (data: T) => void): void =>
    stream.addEventListener(name, (event: MessageEvent<string>) => take(JSON.parse(event.data) as T));
  on<JobView>("job", queueJob);
  on<SlaveView>("slave", (slave) => queue(() => putSlave(slave)));
  on<Capacity>("capacity", (capacity) =>
    queue(() => {
      problem.value = capacity.problem;
    }),
  );
  on<{ id: string }>("removed", ({ id }) => queue(() => remove(id)));
  on<FilesEvent>("files", tellFiles);
  on("ready", () => queue(ready));
  stream.onopen = () => fresh();
  stream.onerror = () => broke(stream);
}

interface FilesEvent {
  readonly job: string;
  readonly indexes?: readonly number[];
  readonly all?: true;
}

function tellFiles({ job, indexes, all }: FilesEvent): void {
  const changed = all === true || indexes === undefined ? "all" : indexes;
  for (const listener of filesListeners.get(job) ?? []) listener(changed);
}

/** What the stream tells first is everything: what it leaves out is gone. */
let told: Set<string> | undefined;

function fresh(): void {
  told = new Set();
}

/** What changed while no stream was connected was told by none: all that is shown is loaded again. */
function ready(): void {
  if (told !== undefined) forgetUntold(told);
  told = undefined;
  link.value = "ready";
  for (const listener of jobsListeners) listener({});
  for (const [, listeners] of filesListeners) for (const listener of listeners) listener("all");
}

/** Slaves that were not told are gone; jobs that were not told have ended or are removed. */
function forgetUntold(ids: ReadonlySet<string>): void {
  slaves.value = new Map([...slaves.value].filter(([id]) => ids.has(id)));
  for (const [id, job] of jobs.value) {
    if (isOver(job) || ids.has(id)) continue;
    getJson<JobView>(`/jobs/${id}?limit=0`).then(takeJob, () => remove(id));
  }
}

function takeJob(job: JobView): void {
  takeJobs([job]);
}

function takeJobs(changed: readonly JobView[]): void {
  for (const { id } of changed) told?.add(id);
  jobs.value = keptJobs(jobs.value, changed);
  for (const job of changed) for (const listener of jobsListeners) listener({ job });
}

function putSlave(slave: SlaveView): void {
  told?.add(slave.id);
  slaves.value = new Map(slaves.value).set(slave.id, slave);
}

function remove(id: string): void {
  jobs.value = new Map([...jobs.value].filter(([known]) => known !== id));
  slaves.value = new Map([...slaves.value].filter(([known]) => known !== id));
  for (const listener of jobsListeners) listener({ removed: id });
}

/** A browser connects again by itself after a broken connection, and gives up after a refusal. */
function broke(stream: EventSource): void {
  if (stream !== source) return;
  link.value = "broken";
  if (stream.readyState !== EventSource.CLOSED) return;
  retry = window.setTimeout(() => void tryAgain(), RETRY_MS);
}

async function tryAgain(): Promise<void> {
  // A refusal for want of a token shows the sign-in, which connects again.
  await getJson("/stats").catch(() => undefined);
  const job = await stillThere(watched);
  if (!signedOut.value) connect(job);
}

/** The stream is refused for a job that was deleted: its view hears of that, and the stream goes on without it. */
async function stillThere(job: string): Promise<string> {
  if (job === "") return job;
  try {
    await getJson(`/jobs/${encodeURIComponent(job)}?limit=0`);
  } catch (failure) {
    if (!(failure instanceof ApiProblem) || failure.status !== 404) return job;
    remove(job);
    return "";
  }
  return job;
}

let changes: (() => void)[] = [];
/** Jobs in a row that changed, each as it is now: they are taken together. */
let changedJobs: Map<string, JobView> | undefined;

function queueJob(job: JobView): void {
  if (changedJobs !== undefined) {
    changedJobs.set(job.id, job);
    return;
  }
  const together = new Map([[job.id, job]]);
  queue(() => takeJobs([...together.values()]));
  changedJobs = together;
}

function queue(change: () => void): void {
  changedJobs = undefined;
  changes.push(change);
  if (changes.length === 1) window.setTimeout(flush, FLUSH_MS);
}

function flush(): void {
  const now = changes;
  changes = [];
  changedJobs = undefined;
  batch(() => {
    for (const change of now) change();
  });
}

import { useEffect, useRef, useState } from "preact/hooks";
import type { JobList, JobView } from "../../../shared/contract/jobs.ts";
import { getJson, sentenceOf } from "../data/api.ts";
import { onJobs } from "../data/stream.ts";

export interface ShownJobs {
  readonly jobs: readonly JobView[];
  /** Jobs that match, shown or not. */
  readonly total: number;
  readonly next: string | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
}

const NOTHING: ShownJobs = { jobs: [], total: 0, next: undefined, error: undefined, isLoading: true };
/** Jobs that are shown at first; each "Show more" doubles them. */
const PAGE = 50;
/** Most that the master tells in one answer. */
const MOST_AT_ONCE = 500;
/** A list that other jobs may have joined is loaded again at most this often. */
const RELOAD_MS = 1_000;

/** The jobs that match a query, kept as they are now by the event stream. */
export function useJobList(q: string) {
  const [shown, setShown] = useState(NOTHING);
  const wanted = useRef(PAGE);
  const now = useRef(shown);
  now.current = shown;
  const load = async (signal?: AbortSignal) => {
    try {
      setShown({ ...(await jobsOf(q, wanted.current, signal)), error: undefined, isLoading: false });
    } catch (failure) {
      if (signal?.aborted !== true)
        setShown({ ...now.current, error: sentenceOf(failure), isLoading: false });
    }
  };
  useEffect(() => {
    wanted.current = PAGE;
    const gone = new AbortController();
    setShown({ ...now.current, isLoading: true });
    void load(gone.signal);
    const reload = atMostEvery(RELOAD_MS, () => void load(gone.signal));
    const stop = onJobs(({ job }) => {
      const before = job && now.current.jobs.find(({ id }) => id === job.id);
      if (job === undefined || before?.state !== job.state) reload();
      else setShown(withJob(now.current, job));
    });
    return () => {
      stop();
      gone.abort();
    };
  }, [q]);
  const more = () => {
    wanted.current *= 2;
    void load();
  };
  return { shown, more, reload: () => void load() };
}

/** The newest jobs that match, in as many answers as they need. */
async function jobsOf(q: string, wanted: number, signal?: AbortSignal) {
  const jobs: JobView[] = [];
  for (let cursor: string | undefined = ""; ; ) {
    const limit = Math.min(wanted - jobs.length, MOST_AT_ONCE);
    const list: JobList = await getJson<JobList>(addressOf({ q, cursor, limit: String(limit) }), signal);
    jobs.push(...list.jobs);
    cursor = list.next_cursor;
    if (cursor === undefined || jobs.length >= wanted) return { jobs, total: list.total, next: cursor };
  }
}

function addressOf(query: Readonly<Record<string, string>>): string {
  return `/jobs?${new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""))}`;
}

function withJob(shown: ShownJobs, job: JobView): ShownJobs {
  return { ...shown, jobs: shown.jobs.map((one) => (one.id === job.id ? job : one)) };
}

/** Calls at most once in this many milliseconds, and once after the last call. */
export function atMostEvery(ms: number, call: () => void): () => void {
  let timer: number | undefined;
  let last = -ms;
  return () => {
    if (timer !== undefined) return;
    const wait = Math.max(0, last + ms - performance.now());
    timer = window.setTimeout(() => {
      timer = undefined;
      last = performance.now();
      call();
    }, wait);
  };
}

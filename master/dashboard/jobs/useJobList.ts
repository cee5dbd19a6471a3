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
const PAGE = 50;
/** A list that other jobs may have joined is loaded again at most this often. */
const RELOAD_MS = 1_000;

/** The jobs that match a query, kept as they are now by the event stream. */
export function useJobList(q: string) {
  const [shown, setShown] = useState(NOTHING);
  const pages = useRef(1);
  const now = useRef(shown);
  now.current = shown;
  const load = async (signal?: AbortSignal) => {
    try {
      const list = await getJson<JobList>(addressOf(q, PAGE * pages.current), signal);
      setShown({
        jobs: list.jobs,
        total: list.total,
        next: list.next_cursor,
        error: undefined,
        isLoading: false,
      });
    } catch (failure) {
      if (signal?.aborted !== true)
        setShown({ ...now.current, error: sentenceOf(failure), isLoading: false });
    }
  };
  useEffect(() => {
    pages.current = 1;
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
    pages.current += 1;
    void load();
  };
  return { shown, more, reload: () => void load() };
}

function addressOf(q: string, limit: number): string {
  const query = new URLSearchParams({ limit: String(Math.min(limit, 500)), ...(q === "" ? {} : { q }) });
  return `/jobs?${query}`;
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

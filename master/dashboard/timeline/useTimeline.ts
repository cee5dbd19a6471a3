import { useEffect, useRef, useState } from "preact/hooks";
import type { Timeline } from "../../../shared/contract/timeline.ts";
import { place } from "../app/router.ts";
import { getJson, sentenceOf } from "../data/api.ts";
import { onJobs } from "../data/stream.ts";
import { atMostEvery } from "../jobs/useJobList.ts";
import { type ViewWindow, windowNow } from "./window.ts";

/** A window that is being moved is fetched when it rests. */
const REST_MS = 180;
/** A window that ends now is fetched again when jobs move on, at most this often. */
const LIVE_MS = 2_000;

export interface ShownTimeline {
  readonly timeline: Timeline | undefined;
  readonly shown: ViewWindow & { readonly isLive: boolean };
  readonly error: string | undefined;
}

/** What the slots did in the window of the address. */
export function useTimeline(width: number): ShownTimeline {
  const shown = windowNow();
  const query = place.value.query.toString();
  const [timeline, setTimeline] = useState<Timeline>();
  const [error, setError] = useState<string>();
  const gone = useRef(new AbortController());
  const load = () => {
    gone.current.abort();
    gone.current = new AbortController();
    const { signal } = gone.current;
    getJson<Timeline>(addressOf(windowNow(), width), signal).then(
      (next) => {
        setTimeline(next);
        setError(undefined);
      },
      (failure: unknown) => signal.aborted || setError(sentenceOf(failure)),
    );
  };
  useEffect(() => {
    const timer = window.setTimeout(load, timeline === undefined ? 0 : REST_MS);
    const stop = shown.isLive ? onJobs(atMostEvery(LIVE_MS, load)) : () => undefined;
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [query, width]);
  useEffect(() => () => gone.current.abort(), []);
  // A live window is the one that was fetched: it moves with the answer.
  return { timeline, shown: shown.isLive && timeline ? { ...timeline, isLive: true } : shown, error };
}

export function addressOf({ from, to }: ViewWindow, width: number): string {
  const query = new URLSearchParams({
    from: String(Math.round(from)),
    to: String(Math.round(to)),
    width: String(Math.max(100, Math.min(10_000, Math.round(width)))),
  });
  for (const name of ["job", "slave"]) {
    const value = place.value.query.get(name);
    if (value) query.set(name, value);
  }
  return `/timeline?${query}`;
}

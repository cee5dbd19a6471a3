import { useEffect, useState } from "preact/hooks";
import type { FileView, JobDetail, JobList, JobView } from "../../../../shared/contract/jobs.ts";
import { getJson, sentenceOf } from "../../data/api.ts";
import { shownName } from "../parts/shownName.ts";

/** Another result of the same file. */
export interface Other {
  readonly job: JobView;
  readonly file: FileView;
}

export interface Others {
  readonly state: "loading" | "ready" | "failed";
  readonly found: readonly Other[];
  readonly error?: string;
}

/** Jobs that are looked through, newest first. */
const MOST_JOBS = 20;

/** Results that other jobs of the task have of a file with the same name: a retry, or the same files sent again. */
export function useOthers(job: JobView, file: FileView): Others {
  const [others, setOthers] = useState<Others>({ state: "loading", found: [] });
  useEffect(() => {
    const asked = new AbortController();
    setOthers({ state: "loading", found: [] });
    find(job, file, asked.signal).then(
      (found) => setOthers({ state: "ready", found }),
      (error: unknown) =>
        asked.signal.aborted || setOthers({ state: "failed", found: [], error: sentenceOf(error) }),
    );
    return () => asked.abort();
  }, [job.id, file.index]);
  return others;
}

async function find(job: JobView, file: FileView, signal: AbortSignal): Promise<readonly Other[]> {
  const query = new URLSearchParams({
    q: `file:${quoted(file.filename)}`,
    task: job.task_type,
    limit: String(MOST_JOBS),
  });
  const { jobs } = await getJson<JobList>(`/jobs?${query}`, signal);
  const others = jobs.filter(({ id }) => id !== job.id).sort((a, b) => nearness(job, b) - nearness(job, a));
  const found = await Promise.all(others.map((other) => sameFile(other, file, signal)));
  return found.filter((other) => other !== undefined);
}

/** The job that this one repeats, and those that repeat it, come first. */
function nearness(job: JobView, other: JobView): number {
  return Number(job.retry_of === other.id || other.retry_of === job.id);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', "")}"`;
}

async function sameFile(job: JobView, file: FileView, signal: AbortSignal): Promise<Other | undefined> {
  const query = new URLSearchParams({ q: `file:${quoted(file.filename)}`, limit: "100" });
  const { files } = await getJson<JobDetail>(`/jobs/${job.id}?${query}`, signal);
  const done = files.filter(({ state }) => state === "done");
  const same =
    done.find(({ sha256 }) => sha256 === file.sha256) ??
    done.find((one) => shownName(one) === shownName(file));
  return same && { job, file: same };
}

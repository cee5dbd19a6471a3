import { useEffect, useState } from "preact/hooks";
import type { FileView, JobDetail, JobList, JobView } from "../../../../shared/contract/jobs.ts";
import { ApiProblem, getJson, sentenceOf } from "../../data/api.ts";
import { shownName } from "../parts/shownName.ts";

/** A file of a job: the shown one, or the same file in another job. */
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

/**
 * What other jobs of the task made of a file with the same name: a retry, or the same files sent again.
 * @param wanted id of a job that is looked at in any case; empty for none
 */
export function useOthers(own: Other, wanted: string): Others {
  const [others, setOthers] = useState<Others>({ state: "loading", found: [] });
  useEffect(() => {
    const asked = new AbortController();
    setOthers({ state: "loading", found: [] });
    find(own, wanted, asked.signal).then(
      (found) => setOthers({ state: "ready", found }),
      (error: unknown) =>
        asked.signal.aborted || setOthers({ state: "failed", found: [], error: sentenceOf(error) }),
    );
    return () => asked.abort();
  }, [own.job.id, own.file.index, wanted]);
  return others;
}

async function find({ job, file }: Other, wanted: string, signal: AbortSignal): Promise<readonly Other[]> {
  const query = new URLSearchParams({
    q: `file:${quoted(file.filename)}`,
    task: job.task_type,
    limit: String(MOST_JOBS),
  });
  const { jobs } = await getJson<JobList>(`/jobs?${query}`, signal);
  // The job that this one tries again, and those that try it again, come first.
  const again = jobs.filter(({ retry_of: of }) => of === job.id).map(({ id }) => id);
  const near = new Set([wanted, job.retry_of ?? "", ...again].filter((id) => id !== ""));
  const ids = [...new Set([...near, ...jobs.map(({ id }) => id)])].filter((id) => id !== job.id);
  const found = await Promise.all(ids.map((id) => sameFile(id, file, signal)));
  return found
    .filter((other) => other !== undefined)
    .filter((other) => isDone(other.file) || near.has(other.job.id));
}

function isDone({ state }: FileView): boolean {
  return state === "done";
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', "")}"`;
}

async function sameFile(id: string, file: FileView, signal: AbortSignal): Promise<Other | undefined> {
  const query = new URLSearchParams({ q: `file:${quoted(file.filename)}`, limit: "100" });
  try {
    const job = await getJson<JobDetail>(`/jobs/${encodeURIComponent(id)}?${query}`, signal);
    const ended = job.files.filter((one) => isDone(one) || one.state === "failed");
    const same =
      ended.find(({ sha256 }) => sha256 === file.sha256) ??
      ended.find((one) => shownName(one) === shownName(file));
    return same && { job, file: same };
  } catch (failure) {
    // It was deleted meanwhile.
    if (failure instanceof ApiProblem && failure.status === 404) return undefined;
    throw failure;
  }
}

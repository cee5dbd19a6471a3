import { effect } from "@preact/signals";
import type { TaskView } from "../../../shared/contract/about.ts";
import type { JobList } from "../../../shared/contract/jobs.ts";
import type { SessionView } from "../../../shared/contract/session.ts";
import { getJson } from "../data/api.ts";
import { session, signedOut } from "../data/session.ts";
import { jobs, tasks } from "../data/store.ts";
import { connect } from "../data/stream.ts";

/** Jobs that the first view shows beside those that run. */
const LATEST = 8;

/** Loads what the stream does not tell, and connects it; again after each sign-in. */
export function startData(): void {
  effect(() => {
    if (!signedOut.value) void load();
  });
}

async function load(): Promise<void> {
  try {
    session.value = await getJson<SessionView>("/session");
  } catch {
    // The master is away: the stream waits for it.
  }
  signedOut.value = session.value.required && !session.value.signed_in;
  if (signedOut.value) return;
  connect();
  await loadLists();
}

async function loadLists(): Promise<void> {
  const wait = [
    getJson<{ tasks: readonly TaskView[] }>("/tasks"),
    getJson<JobList>(`/jobs?limit=${LATEST}`),
  ] as const;
  try {
    const [{ tasks: known }, { jobs: latest }] = await Promise.all(wait);
    tasks.value = known;
    // What the stream told meanwhile is newer.
    jobs.value = new Map([...latest.map((job) => [job.id, job] as const), ...jobs.value]);
  } catch {
    // Signed out, or the master is away: both are shown, and loading is tried again then.
  }
}

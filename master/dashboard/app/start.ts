import { effect } from "@preact/signals";
import type { JobList, JobView } from "../../../shared/contract/jobs.ts";
import type { SessionView } from "../../../shared/contract/session.ts";
import { getJson } from "../data/api.ts";
import { session, signedOut } from "../data/session.ts";
import { jobs, link } from "../data/store.ts";
import { connect } from "../data/stream.ts";
import { loadTasks } from "../data/tasks.ts";
import { isOver } from "../jobs/states.ts";

/** Jobs that the first view shows beside those that run. */
const LATEST = 8;

/** Loads what the stream does not tell, and connects it; again after each sign-in and each broken connection. */
export function startData(): void {
  effect(() => {
    if (!signedOut.value) void load();
  });
  let wasBroken = false;
  effect(() => {
    if (link.value === "ready" && wasBroken) void loadLists();
    wasBroken = link.value === "broken" || (wasBroken && link.value !== "ready");
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
  const wait = [loadTasks(), getJson<JobList>(`/jobs?limit=${LATEST}`)] as const;
  try {
    const [, { jobs: latest }] = await Promise.all(wait);
    jobs.value = new Map([...latest.map((job) => [job.id, job] as const), ...stillThere(latest)]);
  } catch {
    // Signed out, or the master is away: both are shown, and loading is tried again then.
  }
}

/** Jobs that the stream told meanwhile are newer; other ended ones that are not among the latest may be deleted. */
function stillThere(latest: readonly JobView[]): readonly (readonly [string, JobView])[] {
  const ids = new Set(latest.map(({ id }) => id));
  const [newest] = latest;
  return [...jobs.value].filter(
    ([id, job]) => ids.has(id) || !isOver(job) || (newest !== undefined && id > newest.id),
  );
}

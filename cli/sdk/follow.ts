import type { FileView, JobState, JobView } from "../../shared/contract/jobs.ts";
import { jobOf } from "./answers.ts";
import { eventsOf, type ServerSentEvent } from "./events.ts";
import type { MasterHttp } from "./http.ts";

/** What happens to a job. Files come in the order of their ends, each once. */
export type JobUpdate =
  | { readonly type: "state"; readonly state: JobState; readonly at: string }
  | { readonly type: "file"; readonly file: FileView }
  | { readonly type: "progress"; readonly counts: JobView["counts"] }
  | { readonly type: "end"; readonly job: JobView };

export interface FollowTerms {
  readonly id: string;
  /** Id of the last event that is not wanted; 0: all events. */
  readonly after: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields the events of a job until its end. After a broken connection, and after a start of the master, they go on behind
 * the last one that came, because the record counts them.
 */
export async function* followJob(
  http: MasterHttp,
  { id, after, signal }: FollowTerms,
): AsyncGenerator<JobUpdate> {
  const path = `/jobs/${encodeURIComponent(id)}/events`;
  for await (const sent of eventsOf(http, { path, after, signal, job: id })) {
    const event = jobEventOf(sent);
    if (event !== undefined) yield event;
    if (event?.type === "end") return;
  }
}

function jobEventOf({ type, data }: ServerSentEvent): JobUpdate | undefined {
  switch (type) {
    case "state":
      return { type, ...(data as { readonly state: JobState; readonly at: string }) };
    case "file":
      return { type, file: data as FileView };
    case "progress":
      return { type, counts: data as JobView["counts"] };
    case "end":
      return { type, job: jobOf(data) };
    default:
      return undefined;
  }
}

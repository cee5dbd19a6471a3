import type { JobState } from "../../shared/contract/jobs.ts";
import type { Recipe } from "./recipes.ts";

/** The outcome of a request, as its client saw it. */
export type Seen =
  /** Answered with 202: the master promised the job. */
  | { readonly type: "accepted"; readonly job: string }
  /** The whole answer of a waiting request arrived. */
  | { readonly type: "answered"; readonly job: string; readonly state: JobState }
  /** Refused with a status: the master promised nothing. */
  | { readonly type: "refused"; readonly status: number; readonly code: string }
  /** The connection broke before the answer: the job may exist or not. */
  | { readonly type: "broken" };

export interface Entry {
  readonly recipe: Recipe;
  readonly seen: Seen;
  /** Its client asked for the job to be cancelled. */
  cancelled: boolean;
}

/** Every request of a run and its outcome. */
export class History {
  readonly entries: Entry[] = [];
  /** First final state in which each job was seen. */
  readonly ends = new Map<string, JobState>();
  /** Jobs that were seen in two final states. */
  readonly twoEnds: string[] = [];

  add(entry: Entry): Entry {
    this.entries.push(entry);
    return entry;
  }

  sawEnd(job: string, state: JobState): void {
    const before = this.ends.get(job);
    if (before === undefined) this.ends.set(job, state);
    else if (before !== state) this.twoEnds.push(`${job}: ${before}, then ${state}`);
  }
}

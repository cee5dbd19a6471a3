import type { JobState } from "../../shared/contract/jobs.ts";
import type { Recipe } from "./recipes.ts";

/** How a request went, as its client saw it. */
export type Seen =
  /** 202: the promise is given. */
  | { readonly type: "accepted"; readonly job: string }
  /** The whole answer of a waiting request came. */
  | { readonly type: "answered"; readonly job: string; readonly state: JobState }
  /** Refused with a status: nothing was promised. */
  | { readonly type: "refused"; readonly status: number; readonly code: string }
  /** The connection broke before the answer: the job may or may not be there. */
  | { readonly type: "broken" };

export interface Entry {
  readonly recipe: Recipe;
  readonly seen: Seen;
  /** Its client asked for the job to be cancelled. */
  cancelled: boolean;
}

/** Every request of a run and what came of it. */
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

import type { FileView, JobView } from "../../../shared/contract/jobs.ts";

/** How many files of a job are in which state. */
export type FileCounts = JobView["counts"];

export type Shape = "run" | "done" | "fail" | "wait" | "part" | "stop";

/** Word and shape of a state: a state is never told by colour alone. */
export function jobState({ state }: Pick<JobView, "state">): {
  readonly word: string;
  readonly shape: Shape;
} {
  switch (state) {
    case "queued":
      return { word: "waiting", shape: "wait" };
    case "running":
      return { word: "running", shape: "run" };
    case "succeeded":
      return { word: "done", shape: "done" };
    case "partial":
      return { word: "partial", shape: "part" };
    case "failed":
      return { word: "failed", shape: "fail" };
    case "cancelled":
      return { word: "cancelled", shape: "stop" };
  }
}

export function fileState({ state }: Pick<FileView, "state">): {
  readonly word: string;
  readonly shape: Shape;
} {
  switch (state) {
    case "queued":
      return { word: "waiting", shape: "wait" };
    case "running":
      return { word: "running", shape: "run" };
    case "done":
      return { word: "done", shape: "done" };
    case "failed":
      return { word: "failed", shape: "fail" };
    case "cancelled":
      return { word: "cancelled", shape: "stop" };
  }
}

export function isOver({ state }: Pick<JobView, "state">): boolean {
  return state !== "queued" && state !== "running";
}

/** Jobs whose user has something to decide: files failed. */
export function needsAttention({ state }: Pick<JobView, "state">): boolean {
  return state === "partial" || state === "failed";
}

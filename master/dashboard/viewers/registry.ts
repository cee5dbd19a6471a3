import type { FileView, JobView } from "../../../shared/contract/jobs.ts";
import { resultViewersFor } from "./resultViewers.ts";
import type { Viewer } from "./viewer.ts";

const COMPARE: Viewer = {
  id: "compare",
  title: "Compare",
  fits: (_task, { state }) => state === "done" || state === "failed",
  load: async () => (await import("./compare/compare.tsx")).Compare,
};

/** The viewers of a file, in the order of their tabs: those of its result, and the one that compares two results. */
export function viewersFor(
  { task_type: task, retry_of: before }: JobView,
  file: FileView,
): readonly Viewer[] {
  const viewers = resultViewersFor(task, file);
  const canCompare = COMPARE.fits(task, file) && (viewers.length > 0 || before !== undefined);
  return canCompare ? [...viewers, COMPARE] : viewers;
}

import type { FileView, JobView } from "../../../shared/contract/jobs.ts";
import { go, view } from "../app/router.ts";
import { askCancel, retryFailed, unsuccessful } from "../jobs/actions.tsx";
import { isOver } from "../jobs/states.ts";
import { useKeys } from "../ui/useKeys.ts";
import type { ShownFiles } from "./useFiles.ts";

interface JobKeysDeps {
  readonly job: JobView | undefined;
  readonly files: ShownFiles;
  readonly total: number;
  readonly selected: number | undefined;
  readonly addressOf: (file: FileView) => string;
}

/** `n` and `p` go through the files as the list shows them; `r` retries and `x` cancels, after a question. */
export function useJobKeys(deps: JobKeysDeps): void {
  const { job, files, total, selected } = deps;
  const keys = [
    { key: "n", what: "next file", run: () => void step(atAddress(deps), 1) },
    { key: "p", what: "previous file", run: () => void step(atAddress(deps), -1) },
    {
      key: "r",
      what: "retry failed files",
      run: () => job !== undefined && unsuccessful(job) > 0 && isOver(job) && void openRetried(job),
    },
    { key: "x", what: "cancel the job (asks first)", run: () => job && !isOver(job) && askCancel(job) },
  ];
  useKeys(keys, [job?.state, job?.counts.failed, files, total, selected]);
}

/** A key may be pressed again before the page is drawn: the address has the file that is chosen by then. */
function atAddress(deps: JobKeysDeps): JobKeysDeps {
  const { value } = view;
  return value.name === "job" ? { ...deps, selected: value.file } : deps;
}

async function openRetried(job: JobView): Promise<void> {
  const next = await retryFailed(job);
  if (next !== undefined) go(next.url);
}

export async function step(
  { files, total, selected, addressOf }: Omit<JobKeysDeps, "job">,
  by: 1 | -1,
): Promise<void> {
  const from = selected === undefined ? undefined : files.pages.positionOf(selected);
  const to = from === undefined ? 0 : from + by;
  const next = to < 0 || to >= total ? undefined : await files.pages.fetched(to);
  if (next !== undefined) go(addressOf(next), "replace");
}

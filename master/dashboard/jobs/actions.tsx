import { signal } from "@preact/signals";
import type { JobView } from "../../../shared/contract/jobs.ts";
import type { RetryWish } from "../../../shared/contract/requests.ts";
import { go } from "../app/router.ts";
import { sendJson, sentenceOf } from "../data/api.ts";
import { toast } from "../ui/toast.tsx";
import { counted } from "../ui/words.ts";
import { isOver } from "./states.ts";

/** What is asked of the user before it is done. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly act: () => Promise<void>;
}

export const question = signal<Question | undefined>(undefined);

/** Cancels at once: what is left undone can be tried again. */
export async function cancelJob(job: JobView): Promise<void> {
  try {
    await sendJson("DELETE", job.url);
    toast(`${job.name} is cancelled. Results that are there stay.`);
  } catch (failure) {
    toast(sentenceOf(failure));
  }
}

/** Before a cancel that a stray key could start. */
export function askCancel(job: JobView): void {
  const { total, done, failed } = job.counts;
  question.value = {
    title: `Cancel ${job.name}?`,
    text: `${counted(total - done - failed, "file")} will not be processed. Results that are there stay.`,
    verb: "Cancel job",
    act: () => cancelJob(job),
  };
}

export function askDelete(job: JobView): void {
  question.value = {
    title: `Delete ${job.name}?`,
    text: "The job, its files and its results are removed from the master for good.",
    verb: "Delete job",
    act: async () => {
      await sendJson("DELETE", `${job.url}?purge=true`);
      go("/jobs");
      toast(`${job.name} is deleted.`);
    },
  };
}

/** Tries files of a job again, as a new job. @throws ApiProblem */
export async function tryAgain(job: JobView, wish: Partial<RetryWish> = {}): Promise<JobView> {
  const next = await sendJson<JobView>("POST", `${job.url}/retry`, wish);
  toast(`${counted(next.counts.total, "file")} tried again.`, next.url);
  return next;
}

/** Tries the failed and cancelled files again; resolves with the new job, or with nothing after a refusal. */
export async function retryFailed(job: JobView): Promise<JobView | undefined> {
  try {
    return await tryAgain(job);
  } catch (failure) {
    toast(sentenceOf(failure));
    return undefined;
  }
}

/** Files of a job that failed or were cancelled. */
export function unsuccessful({ counts }: JobView): number {
  return counts.failed + counts.cancelled;
}

/** The one thing that people want of a job in a list. */
export function RowAction({ job }: { readonly job: JobView }) {
  const again = unsuccessful(job);
  if (!isOver(job))
    return (
      <button type="button" class="small d" onClick={() => void cancelJob(job)}>
        Cancel
      </button>
    );
  if (again === 0) return null;
  return (
    <button type="button" class="small" onClick={() => void retryFailed(job)}>
      Retry {again.toLocaleString("en")}
    </button>
  );
}

import type { FileView } from "../../shared/contract/jobs.ts";
import type { LocalInput } from "../files/look.ts";
import { resultPlace } from "../files/resultPlace.ts";
import type { Progress } from "../output/progress.ts";
import type { Job } from "../sdk/index.ts";
import { Fetching, type FetchRequest } from "./fetching.ts";
import type { FileOutcome, JobOutcome, SavedAttachment } from "./jobOutcome.ts";

export interface FollowRequest extends FetchRequest {
  readonly job: Job;
  readonly progress: Progress;
  /** The files on this machine by their index in the job; none for a job that another program sent. */
  readonly sent: readonly LocalInput[];
  /** Called when a file has ended and its result, if there is one, was fetched or could not be. */
  readonly onEnded?: (file: FileOutcome) => void;
  /** Whether a file is left out because its result was fetched and told of before. */
  readonly isKnown?: (view: FileView) => boolean;
}

/**
 * Follows a job until it ends, over broken connections and starts of the master, and fetches results as they appear. What
 * is known goes into the outcome at once.
 */
export async function followJob(request: FollowRequest, outcome: JobOutcome): Promise<void> {
  const { job, progress, signal } = request;
  outcome.job = job;
  progress.working(job.view.counts.total);
  const fetching = new Fetching(request);
  try {
    for await (const view of job.results({ signal })) noteFile(view, request, { outcome, fetching });
    const end = await job.refresh({ signal });
    outcome.end = end;
    for (const attachment of end.attachments) {
      const saved: SavedAttachment = {
        name: attachment.name,
        place: resultPlace(attachment, request.client.url),
      };
      outcome.attachments.push(saved);
      fetching.add(saved, attachment);
    }
  } finally {
    await fetching.ended();
  }
}

interface Notes {
  readonly outcome: JobOutcome;
  readonly fetching: Fetching;
}

function noteFile(
  view: FileView,
  { sent, progress, client, onEnded, isKnown }: FollowRequest,
  { outcome, fetching }: Notes,
): void {
  const input = sent[view.index];
  const path = input?.path ?? view.path ?? view.filename;
  progress.ended({ ...view, filename: path });
  if (isKnown?.(view) === true) return;
  const file: FileOutcome = { path, view, place: resultPlace(view, client.url) };
  outcome.files[view.index] = file;
  fetching.add(file, { ...view, path: input?.name ?? view.path }, () => onEnded?.(file));
}

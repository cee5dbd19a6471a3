import { CodedError } from "../../shared/errors.ts";
import { Interrupted, type JobNote, TimedOut } from "../exit.ts";
import { ownName } from "../output/ownName.ts";
import { counted } from "../output/words.ts";
import { ANSWER_BROKEN, type JobView, type ManyhandsClient } from "../sdk/index.ts";

/** Time for the master to confirm that a job is cancelled. */
const CANCEL_MS = 3_000;

/** An upload that ended before its job did. */
export interface EarlyEnd {
  readonly client: ManyhandsClient;
  /** Undefined while the files are being sent. */
  readonly jobId: string | undefined;
}

/** The error of an upload, with a sentence about what became of its job and a hint of what can be done. */
export async function withJobNote(error: unknown, upload: EarlyEnd): Promise<unknown> {
  if (error instanceof Interrupted) return new Interrupted(error.signal, await cancelledNote(upload));
  if (error instanceof TimedOut) return new TimedOut(error.seconds, await cancelledNote(upload));
  const { jobId } = upload;
  if (!(error instanceof CodedError) || error.code !== ANSWER_BROKEN || jobId === undefined) return error;
  const { code, message, status, cause } = error;
  const hint = `${command("jobs", jobId)} shows it, ${command("results", jobId)} --out <dir> fetches its results.`;
  return new CodedError(code, message, { status, cause, details: { ...error.details, hint } });
}

/** The closed connection cancels the job already; asking for it again tells what was done until then. */
async function cancelledNote({ client, jobId }: EarlyEnd): Promise<JobNote> {
  if (jobId === undefined)
    return {
      sentence: "the master had no job of the files yet, and drops what it has of them.",
      details: {},
    };
  try {
    return noteOf(await client.cancel(jobId, { signal: AbortSignal.timeout(CANCEL_MS) }));
  } catch {
    const sentence = `the connection is closed, and the master cancels job ${jobId} when it notices.`;
    return { sentence, details: { job_id: jobId, hint: `${command("jobs", jobId)} shows it.` } };
  }
}

function noteOf({ id, state, counts: { done, total } }: JobView): JobNote {
  const files = counted(total, "file");
  if (state !== "cancelled")
    return {
      sentence: `job ${id} had ended already (${state}, ${done} of ${files} done).`,
      details: { job_id: id, hint: `${command("results", id)} --out <dir> fetches its results.` },
    };
  const kept = done === 0 ? "" : `The ${counted(done, "result")} ${done === 1 ? "is" : "are"} kept. `;
  const hint = `${kept}${command("retry", id)} processes the other ${counted(total - done, "file")}.`;
  return { sentence: `job ${id} was cancelled after ${done} of ${files}.`, details: { job_id: id, hint } };
}

function command(name: string, id: string): string {
  return `${ownName()} ${name} ${id}`;
}

import { CodedError } from "../../shared/errors.ts";
import { Interrupted, type JobNote, TimedOut } from "../exit.ts";
import { answerTo } from "../output/confirm.ts";
import { ownName } from "../output/ownName.ts";
import type { Terminal } from "../output/terminal.ts";
import { counted } from "../output/words.ts";
import { ANSWER_BROKEN, type Job, type JobView, MASTER_UNREACHABLE } from "../sdk/index.ts";
import { filesThatEnded, type JobOutcome } from "./jobOutcome.ts";

/** Time for the master to confirm that a job is cancelled. */
const CANCEL_MS = 3_000;

/** A command that ended before its job did. */
export interface EarlyEnd {
  readonly outcome: JobOutcome;
  readonly terminal: Terminal;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
}

const QUESTION = "Enter leaves it running, c and Enter cancels it, Ctrl-C leaves at once: ";

/** The error of a command, with a sentence about what became of its job and a hint of what can be done. */
export async function withJobNote(error: unknown, early: EarlyEnd): Promise<unknown> {
  const { job } = early.outcome;
  if (error instanceof Interrupted) return new Interrupted(error.signal, await interruptedNote(error, early));
  if (error instanceof TimedOut)
    return new TimedOut(error.seconds, job === undefined ? noJob(early.outcome) : await cancelledNote(job));
  if (!(error instanceof CodedError) || job === undefined || !LOST.includes(error.code)) return error;
  const { code, message, status, cause, details } = error;
  return new CodedError(code, message, { status, cause, details: { ...details, ...comeBack(job) } });
}

const LOST: readonly string[] = [ANSWER_BROKEN, MASTER_UNREACHABLE];

/** A signal leaves the job running. At a terminal Ctrl-C asks; the job goes on until the answer. */
async function interruptedNote({ signal }: Interrupted, early: EarlyEnd): Promise<JobNote> {
  const { outcome, terminal } = early;
  const { job } = outcome;
  if (job === undefined) return noJob(outcome);
  const left = leftNote(job, outcome);
  if (signal !== "SIGINT" || !early.canAsk) return left;
  terminal.note(`\nInterrupted: ${left.sentence}\n${String(left.details.hint)}`);
  if (/^c/i.test(await answerTo(QUESTION, terminal))) return await cancelledNote(job);
  // How to come back to it stands above the question.
  return { sentence: `job ${job.id} goes on.`, details: { job_id: job.id } };
}

function leftNote(job: Job, { files }: JobOutcome): JobNote {
  const total = counted(job.view.counts.total, "file");
  const sentence = `job ${job.id} goes on at the master, ${filesThatEnded(files).length} of ${total} ended.`;
  return { sentence, details: comeBack(job) };
}

/** How to come back to a job that goes on. */
export function comeBack({ id }: Job): { readonly job_id: string; readonly hint: string } {
  return {
    job_id: id,
    hint: `${command("jobs watch", id)} comes back to it, ${command("cancel", id)} cancels it.`,
  };
}

function noJob({ allBegun }: JobOutcome): JobNote {
  if (!allBegun)
    return {
      sentence: "the master had no job of the files yet, and drops what it has of them.",
      details: {},
    };
  return {
    sentence: "the master has not confirmed the job yet, and may have it all the same.",
    details: { hint: `${ownName()} jobs shows it, if so.` },
  };
}

async function cancelledNote(job: Job): Promise<JobNote> {
  try {
    return noteOf(await job.cancel({ signal: AbortSignal.timeout(CANCEL_MS) }));
  } catch {
    const sentence = `job ${job.id} could not be cancelled, and goes on at the master.`;
    return { sentence, details: comeBack(job) };
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

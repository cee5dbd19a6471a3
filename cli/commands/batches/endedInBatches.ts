import { CodedError } from "../../../shared/errors.ts";
import { Interrupted, type JobNote, TimedOut } from "../../exit.ts";
import type { Journal } from "../../journal/journal.ts";
import { ownName } from "../../output/ownName.ts";
import { counted } from "../../output/words.ts";
import { ANSWER_BROKEN, MASTER_UNREACHABLE } from "../../sdk/index.ts";
import { filesThatEnded } from "../jobOutcome.ts";
import type { Flight } from "./batchRun.ts";

const LOST: readonly string[] = [ANSWER_BROKEN, MASTER_UNREACHABLE];

/** The error of an upload in several jobs that ended early, with what is under way and how it goes on. */
export function endedInBatches(
  error: unknown,
  flights: readonly Flight[],
  journal: Journal | undefined,
): unknown {
  const note = noteOf(flights, journal);
  if (error instanceof Interrupted) return new Interrupted(error.signal, note);
  if (error instanceof TimedOut) return new TimedOut(error.seconds, note);
  if (!(error instanceof CodedError) || !LOST.includes(error.code)) return error;
  const { code, message, status, cause, details } = error;
  return new CodedError(code, message, { status, cause, details: { ...details, ...note.details } });
}

function noteOf(flights: readonly Flight[], journal: Journal | undefined): JobNote {
  const jobs = flights.map(({ job }) => job.id);
  const hints = [
    ...(jobs.length === 0 ? [] : [`${ownName()} jobs shows the jobs.`]),
    ...(journal === undefined
      ? []
      : ["The same command goes on where this one ended, and sends no file that is done or under way."]),
  ];
  return { sentence: sentenceOf(flights), details: { jobs, hint: hints.join(" ") } };
}

function sentenceOf(flights: readonly Flight[]): string {
  if (flights.length === 0) return "no job is under way.";
  const files = flights.reduce((sum, { sent }) => sum + sent.length, 0);
  const ended = flights.reduce((sum, { outcome }) => sum + filesThatEnded(outcome.files).length, 0);
  const [verb, ids] = [flights.length === 1 ? "goes" : "go", flights.map(({ job }) => job.id).join(", ")];
  return `${counted(flights.length, "job")} ${verb} on at the master (${ids}), ${ended} of ${counted(files, "file")} ended.`;
}

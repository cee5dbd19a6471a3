import { CodedError } from "../../../shared/errors.ts";
import { printable } from "../../../shared/printable.ts";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import { EXIT } from "../../exit.ts";
import { ownName } from "../../output/ownName.ts";
import { counted } from "../../output/words.ts";
import type { JobView } from "../../sdk/index.ts";
import type { Connection } from "../connection.ts";
import { JOB_FIELDS } from "../fields.ts";
import { givenOptions } from "../optionFlags.ts";
import type { Shown } from "../show.ts";
import type { ChangeFlags, WantedChange } from "./wantedChange.ts";

type Calls = Connection;

/** What became of one job. */
type Outcome = { readonly job: JobView } | { readonly id: string; readonly error: CodedError };

/** Changes the named jobs one after the other. With one id its error is the command's, with several each has its own. */
export async function changeEach(wanted: WantedChange, calls: Calls): Promise<Shown> {
  const [only] = wanted.ids;
  if (wanted.ids.length === 1 && only !== undefined)
    return oneShown(wanted, await changed(only, wanted, calls));
  const outcomes: Outcome[] = [];
  for (const id of wanted.ids) outcomes.push(await outcomeOf(id, wanted, calls));
  return eachShown(wanted, outcomes);
}

async function outcomeOf(id: string, wanted: WantedChange, calls: Calls): Promise<Outcome> {
  try {
    return { job: await changed(id, wanted, calls) };
  } catch (error) {
    calls.signal.throwIfAborted();
    if (error instanceof CodedError && error.status < 500) return { id, error };
    throw error;
  }
}

async function changed(id: string, { action, flags }: WantedChange, calls: Calls): Promise<JobView> {
  const { client, signal } = calls;
  switch (action) {
    case "cancel":
      return await client.jobs.one(id).cancel({ signal });
    case "delete":
      return await client.jobs.one(id).delete({ signal });
    case "retry":
      return await client.jobs.one(id).retry({ options: await changedOptions(id, flags, calls), signal });
  }
}

/** The task of the job tells how the values of options are read, so the job is asked for only when there are any. */
async function changedOptions(
  id: string,
  flags: ChangeFlags,
  { client, signal }: Calls,
): Promise<JsonObject> {
  const given = givenOptions(flags);
  if (given.length === 0) return {};
  const { task_type } = await client.jobs.one(id).get({ signal });
  const { findTask, readOptions } = await import("../taskOptions.ts");
  return readOptions(given, await findTask(task_type, client, signal));
}

function oneShown({ action }: WantedChange, job: JobView): Shown {
  return { document: job, rows: [job], fields: JOB_FIELDS, lines: () => linesOf(action, job) };
}

function eachShown({ action }: WantedChange, outcomes: readonly Outcome[]): Shown {
  const rows = outcomes.map((outcome) =>
    "job" in outcome
      ? outcome.job
      : { id: outcome.id, code: outcome.error.code, error: outcome.error.message },
  );
  return {
    document: { jobs: rows },
    rows,
    fields: JOB_FIELDS,
    lines: () =>
      outcomes.flatMap((outcome) =>
        "job" in outcome
          ? (linesOf(action, outcome.job)[0] ?? "")
          : printable(`job ${outcome.id}: ${outcome.error.message} (${outcome.error.code})`),
      ),
    code: outcomes.every((outcome) => "job" in outcome) ? EXIT.done : EXIT.failed,
  };
}

/** The first line tells what became of the job; further ones, what to do next. */
function linesOf(action: WantedChange["action"], job: JobView): string[] {
  const { id, state, counts, retry_of } = job;
  const files = `${counts.done} of ${counted(counts.total, "file")} done`;
  const lines = {
    cancel: [`job ${id} ${state === "cancelled" ? "is cancelled" : `had ended already: ${state}`}, ${files}`],
    delete: [`job ${id} is deleted, with its files and results`],
    retry: [
      `job ${id}: ${counted(counts.total, "file")} of job ${retry_of ?? ""} again`,
      `${ownName()} jobs ${id} shows it, ${ownName()} results ${id} --out <dir> fetches its results.`,
    ],
  };
  return lines[action].map(printable);
}

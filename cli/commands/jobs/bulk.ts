import { printable } from "../../../shared/printable.ts";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import { EXIT } from "../../exit.ts";
import { canAsk, confirmed } from "../../output/confirm.ts";
import type { Terminal } from "../../output/terminal.ts";
import { counted } from "../../output/words.ts";
import type { BulkAnswer } from "../../sdk/index.ts";
import type { Connection } from "../connection.ts";
import { BULK_FIELDS } from "../fields.ts";
import { givenOptions } from "../optionFlags.ts";
import type { Shown } from "../show.ts";
import type { ChangeFlags, WantedChange } from "./wantedChange.ts";

type Calls = Connection;

interface BulkChange extends WantedChange {
  readonly search: string;
}

/** Changes all jobs that match a search; a person is asked before. */
export async function changeAll(wanted: BulkChange, calls: Calls, terminal: Terminal): Promise<Shown> {
  const { action, search, flags } = wanted;
  const options = await bulkOptions(flags, calls);
  if (flags.yes !== true && canAsk(terminal) && !(await isWanted(wanted, calls, terminal)))
    return outcomeShown(action, NOTHING);
  return outcomeShown(
    action,
    await calls.client.jobs.change(action, { query: search, options, signal: calls.signal }),
  );
}

const NOTHING: BulkAnswer = { total: 0, changed: [], skipped: [] };

async function isWanted(
  { action, search }: BulkChange,
  { client, signal }: Calls,
  terminal: Terminal,
): Promise<boolean> {
  const { total, jobs } = await client.jobs.list({ query: search, limit: 1, signal });
  if (jobs.length === 0) return false;
  const which = `${total === undefined ? "all jobs" : counted(total, "job")} that match ${search}`;
  return await confirmed(terminal, `${QUESTIONS[action]} ${printable(which)}?`, signal);
}

const QUESTIONS = {
  cancel: "Cancel",
  retry: "Retry the failed files of",
  delete: "Delete, with files and results,",
} as const;

/** With `--task` the task tells how values are read. */
async function bulkOptions(flags: ChangeFlags, { client, signal }: Calls): Promise<JsonObject | undefined> {
  const given = givenOptions(flags);
  if (given.length === 0) return undefined;
  const { findTask, readOptions } = await import("../taskOptions.ts");
  if (flags.task !== undefined) return readOptions(given, await findTask(flags.task, client, signal));
  return readOptions(given, { name: "", extensions: [], options: {}, definition: undefined });
}

const WORDS = { cancel: "cancelled", retry: "retried", delete: "deleted" } as const;

function outcomeShown(action: WantedChange["action"], outcome: BulkAnswer): Shown {
  const { total, changed, skipped } = outcome;
  const made = action === "retry" ? ", as new jobs:" : ":";
  return {
    document: outcome,
    rows: [
      ...changed.map((id) => ({ id, outcome: WORDS[action] })),
      ...skipped.map((skip) => ({ ...skip, outcome: "skipped" })),
    ],
    fields: BULK_FIELDS,
    lines: () => [
      `${changed.length} of ${counted(total, "job")} ${WORDS[action]}${changed.length > 0 ? made : ""}`,
      ...changed.map((id) => printable(`  ${id}`)),
      ...skipped.map(({ id, code, error }) => printable(`  ${id} is skipped: ${error} (${code})`)),
    ],
    code: skipped.length > 0 ? EXIT.failed : EXIT.done,
  };
}

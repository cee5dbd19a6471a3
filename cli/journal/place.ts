import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { JsonObject } from "../../shared/tasks/task.ts";

/** What files must have in common to be done by the same uploads. */
export interface JournalScope {
  /** URL of the master. */
  readonly master: string;
  readonly task: string;
  readonly options: JsonObject;
  /** Folder that the results are fetched into. */
  readonly out: string | undefined;
}

/** Path of the journal of these uploads. Options may be secret, so the name has only their digest. */
export function journalPlace(stateFolder: string, { master, task, options, out }: JournalScope): string {
  const sorted = Object.entries(options).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const scope = JSON.stringify([master, task, sorted, out === undefined ? null : resolve(out)]);
  const digest = createHash("sha256").update(scope).digest("hex").slice(0, 16);
  return join(stateFolder, "done", `${task.replaceAll(/\W/g, "_")}-${digest}.ndjson`);
}

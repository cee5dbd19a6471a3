import { setImmediate as turn } from "node:timers/promises";
import { Batcher } from "../../../shared/async/batcher.ts";
import { AppError } from "../../../shared/errors.ts";
import type { JobRecord } from "../job.ts";
import { RecentMean } from "../recentMean.ts";
import { isJobOver } from "../transition.ts";
import { type Announce, newsOf } from "./announcing.ts";
import type { PostgresDatabase, Queries } from "./database.ts";
import { type AppliedCall, GroupChanges, type GroupRows } from "./groupChanges.ts";
import { writeGroup } from "./groupWrites.ts";
import { JOBS, recordFrom } from "./jobReader.ts";
import { reserveAttachment } from "./nameTable.ts";

/** Calls in one transaction at most. */
const GROUP = 256;

interface WaitingCall extends AppliedCall {
  readonly resolve: (record: JobRecord) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupWriterDeps {
  readonly db: PostgresDatabase;
  readonly announce: Announce;
  /** Id of this master; undefined: it works alone. */
  readonly master: string | undefined;
  /** Tries a group again where that may help. Later calls wait meanwhile: they may build on these. */
  readonly retry: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What came of a call, told after the commit. */
type Answer = () => void;

/**
 * Applies events to jobs. Calls are collected until the event loop turns, and each group of them is one transaction: it
 * locks the jobs, reads what the events concern, decides in memory, and writes. Calls take effect in order.
 */
export class GroupWriter {
  readonly #deps: GroupWriterDeps;
  readonly #calls: Batcher<WaitingCall>;
  readonly #times = new RecentMean();
  /** When the oldest call that waits was made, milliseconds of `performance.now`. */
  #waitsSince: number | undefined;

  constructor(deps: GroupWriterDeps) {
    this.#deps = deps;
    this.#calls = new Batcher({ run: (calls) => this.#commit(calls), take: takeGroup, pause: () => turn() });
  }

  submit(call: AppliedCall): Promise<JobRecord> {
    this.#waitsSince ??= performance.now();
    return new Promise((resolve, reject) => this.#calls.add({ ...call, resolve, reject }));
  }

  /**
   * Resolves when what was submitted for a job before is committed. Only where masters share jobs: parts that the slaves of
   * this one did for the owner before it were told to no watcher.
   */
  async settled(job: string): Promise<void> {
    if (this.#deps.master === undefined) return;
    await this.submit({ job, events: [] }).catch((error: unknown) => {
      if (!isJobOver(error)) throw error;
    });
  }

  /** Mean seconds of late from a call to its commit: to the oldest one of each transaction. */
  get recentSeconds(): number {
    return this.#times.of(performance.now() / 1_000);
  }

  /** Counts a commit that this writer did not make. */
  noteCommit(since: number): void {
    const now = performance.now();
    this.#times.add((now - since) / 1_000, now / 1_000);
  }

  /** Resolves when everything that was submitted is committed. */
  async idle(): Promise<void> {
    await this.#calls.idle();
  }

  async #commit(group: readonly WaitingCall[]): Promise<void> {
    const answers = await this.#answers(group);
    const now = performance.now();
    this.noteCommit(this.#waitsSince ?? now);
    // Calls beyond the group, if there are any, wait from here on.
    this.#waitsSince = this.#calls.isEmpty ? undefined : now;
    for (const answer of answers) answer();
  }

  /** A group that the database does not take is tried call by call, so that a call does not make others fail. */
  async #answers(group: readonly WaitingCall[]): Promise<readonly Answer[]> {
    try {
      const { db, retry } = this.#deps;
      return await retry(() => db.transaction((tx) => this.#apply(tx, group)));
    } catch (error) {
      const isOfAll = error instanceof AppError && ["database_unavailable", "no_space"].includes(error.code);
      if (group.length === 1 || isOfAll) return group.map((call) => () => call.reject(error));
    }
    const answers: Answer[] = [];
    for (const call of group) answers.push(...(await this.#answers([call])));
    return answers;
  }

  async #apply(tx: Queries, group: readonly WaitingCall[]): Promise<readonly Answer[]> {
    const { replacing, ...rows } = await lockedRows(tx, group);
    const changes = new GroupChanges(rows, this.#deps.master);
    const answers = group.map((call) => decided(changes, call));
    await writeGroup(tx, changes, replacing);
    await this.#deps.announce(tx, newsOf(changes.jobs, changes.parts));
    return answers;
  }
}

/** @throws the error of a call that has its transaction for itself */
function decided(changes: GroupChanges, call: WaitingCall): Answer {
  try {
    const record = changes.apply(call);
    return () => call.resolve(record);
  } catch (error) {
    if (needsNames(call)) throw error;
    return () => call.reject(error);
  }
}

/** Reserving a name writes before it is decided whether the call is refused: such a call has a transaction of its own. */
function takeGroup(waiting: WaitingCall[]): WaitingCall[] {
  const alone = waiting.findIndex(needsNames);
  if (alone === 0) return waiting.splice(0, 1);
  return waiting.splice(0, alone === -1 ? GROUP : Math.min(alone, GROUP));
}

function needsNames({ events }: AppliedCall): boolean {
  return events.some(({ type }) => type === "attached");
}

interface LockedRows extends GroupRows {
  /** Jobs that may have taken names from others. */
  readonly replacing: ReadonlySet<string>;
}

/** The rows are read after the lock is there: a statement does not see what was committed while it waited. */
async function lockedRows(tx: Queries, group: readonly AppliedCall[]): Promise<LockedRows> {
  const ids = [...new Set(group.map(({ job }) => job))];
  await tx.rows("SELECT id FROM jobs WHERE id = ANY($1) ORDER BY id FOR UPDATE", ids);
  const rows = await tx.rows(`${JOBS} WHERE id = ANY($1)`, ids);
  const records = new Map(rows.map((row) => [String(row.id), recordFrom(row)]));
  const replacing = new Set(rows.filter((row) => row.replace_names === 1).map(({ id }) => String(id)));
  const open = await openFilesOf(tx, group);
  const names = new Map<string, string>();
  for (const call of group.filter(needsNames)) await addNames(tx, call, { names, records, replacing });
  return { records, replacing, open, names };
}

/** Those of the files that the events end which have not ended, as `job/index`. */
async function openFilesOf(tx: Queries, group: readonly AppliedCall[]): Promise<ReadonlySet<string>> {
  const jobs: string[] = [];
  const indexes: number[] = [];
  for (const { job, events } of group)
    for (const event of events) {
      if (event.type !== "file_done" && event.type !== "file_failed") continue;
      jobs.push(job);
      indexes.push(event.index);
    }
  if (jobs.length === 0) return new Set();
  const rows = await tx.rows(
    `SELECT files.job, files.idx FROM files JOIN unnest($1::text[], $2::int[]) AS u (job, idx)
      ON files.job = u.job AND files.idx = u.idx WHERE files.state = 'queued'`,
    jobs,
    indexes,
  );
  return new Set(rows.map(({ job, idx }) => `${job}/${idx}`));
}

interface KnownNames {
  readonly names: Map<string, string>;
  readonly records: ReadonlyMap<string, JobRecord>;
  readonly replacing: ReadonlySet<string>;
}

/** A job that asks again for a name, as a replay does, keeps the one it has. */
async function addNames(
  tx: Queries,
  { job, events }: AppliedCall,
  { names, records, replacing }: KnownNames,
): Promise<void> {
  const task = records.get(job)?.task;
  if (task === undefined) return;
  for (const event of events) {
    if (event.type !== "attached") continue;
    const wanted = event.attachment.name;
    const [known] = await tx.rows(
      "SELECT name FROM attachments WHERE job = $1 AND wanted = $2",
      job,
      JSON.stringify(wanted),
    );
    const claimant = { task, job, replace: replacing.has(job) };
    const name = known === undefined ? await reserveAttachment(tx, claimant, wanted) : String(known.name);
    names.set(`${job}/${wanted}`, name);
  }
}

import { isFinal } from "../../../shared/contract/jobs.ts";
import { AppError } from "../../../shared/errors.ts";
import { ChangeHub } from "../../hub.ts";
import type { RecordedCallbacks } from "../callback.ts";
import type { JobEvent } from "../events.ts";
import { gathered } from "../gathered.ts";
import type { FileRecord, JobRecord } from "../job.ts";
import type { ClientKey, CreatedJob, CreateOptions, NewJob, RequestHolder } from "../newJob.ts";
import type { PartRecord, PartWatcher } from "../part.ts";
import { PartWatchers } from "../partWatchers.ts";
import type {
  CountFilter,
  FileOwner,
  FileRange,
  JobFilter,
  KeptJobs,
  NamedResult,
  RecordOfJobs,
  TakenName,
} from "../port.ts";
import type { FileSearch } from "../search.ts";
import { told } from "../told.ts";
import { type RecordedUploads, recordedUploads } from "../uploads.ts";
import { CallbackTable } from "./callbackTable.ts";
import { type Database, openDatabase } from "./database.ts";
import { GroupCommit } from "./groupCommit.ts";
import { JobReader } from "./jobReader.ts";
import { JobTables } from "./jobTables.ts";
import { keptJobs } from "./keptJobs.ts";
import { LargeChanges } from "./largeChanges.ts";
import { Pages } from "./pages.ts";
import { RecordCache } from "./recordCache.ts";
import { recordedCallbacks } from "./recordedCallbacks.ts";
import { recordedTimeline } from "./recordedTimeline.ts";
import { ResultLooks } from "./resultLooks.ts";
import { ResultNames } from "./resultNames.ts";
import { MIGRATIONS } from "./schema.ts";
import type { SqliteRecordOptions } from "./sqliteRecordOptions.ts";
import { prepareAll } from "./statements.ts";
import { uploadQueries } from "./uploadQueries.ts";

/**
 * The record of jobs in one SQLite file. Holds it for this process alone until `close`.
 * @throws AppError `data_in_use`, `data_corrupt`, `data_too_new`, `no_space`
 */
export async function openSqliteRecord(options: SqliteRecordOptions): Promise<RecordOfJobs> {
  const { file, hub = new ChangeHub(), retry = (work) => work() } = options;
  return new SqliteRecord(await openDatabase(file, MIGRATIONS), { hub, retry });
}

class SqliteRecord implements RecordOfJobs {
  readonly kept: KeptJobs;
  readonly recorded: RecordOfJobs["recorded"];
  readonly callbacks: RecordedCallbacks;
  readonly timeline: RecordOfJobs["timeline"];
  readonly uploads: RecordedUploads;
  readonly #db: Database;
  readonly #read: JobReader;
  readonly #pages: Pages;
  readonly #tables: JobTables;
  readonly #names: ResultNames;
  readonly #commit: GroupCommit;
  readonly #records: RecordCache;
  readonly #large: LargeChanges;
  readonly #hub: ChangeHub;
  readonly #retry: NonNullable<SqliteRecordOptions["retry"]>;
  readonly #partWatchers = new PartWatchers();
  #closed = false;

  constructor(db: Database, { hub, retry }: Required<Omit<SqliteRecordOptions, "file">>) {
    this.#db = db;
    this.#hub = hub;
    this.#retry = retry;
    const statements = prepareAll(db);
    const callbacks = new CallbackTable(db);
    this.#read = new JobReader(db, statements, callbacks);
    this.#pages = new Pages(db, this.#read, () => this.#requireOpen());
    this.#tables = new JobTables(db, { callbacks, statements, read: this.#read });
    this.#names = new ResultNames(this.#tables.names, this.#read);
    this.#records = new RecordCache((job) => this.#read.job(job));
    this.#commit = new GroupCommit(db, {
      beforeCommit: () => this.#records.commit((record) => this.#tables.save(record)),
      afterRollback: () => this.#records.rollBack(),
    });
    const requireOpen = () => this.#requireOpen();
    const commit = this.#commit;
    this.#large = new LargeChanges({ commit, read: this.#read, tables: this.#tables, requireOpen });
    const announcing = { commit, records: this.#records, hub, retry, requireOpen };
    this.callbacks = recordedCallbacks({ table: callbacks, ...announcing });
    this.recorded = new ResultLooks(db, requireOpen);
    this.kept = keptJobs(this.#tables.kept, this.#large, requireOpen);
    this.timeline = recordedTimeline(db, { commit, pages: this.#pages, requireOpen });
    this.uploads = recordedUploads(uploadQueries(db, commit, requireOpen));
    db.transaction(() => this.#tables.unfinished.completeAll((job) => this.#read.openEnd(job)));
  }

  async create(job: NewJob, options: CreateOptions = {}): Promise<CreatedJob> {
    this.#requireOpen();
    const created = await this.#insert(job, options.replaceNames ?? false);
    if (options.durable ?? false) await this.#db.sync().catch((error) => this.#withdraw(job.id, error));
    this.#hub.jobChanged(created.record, []);
    return created;
  }

  async apply(job: string, events: readonly JobEvent[]): Promise<JobRecord> {
    this.#requireOpen();
    const listeners = { hub: this.#hub, watchers: this.#partWatchers };
    return await told(listeners, { job, events }, this.#recorded(job, events));
  }

  async #recorded(job: string, events: readonly JobEvent[]): Promise<JobRecord> {
    const record = await this.#retry(() => this.#submit(job, events));
    if (isFinal(record.state)) await this.#retry(() => this.#large.endJob(record));
    return record;
  }

  async get(job: string): Promise<JobRecord | undefined> {
    this.#requireOpen();
    return this.#records.committed(job);
  }

  async *listPages(filter: JobFilter): AsyncGenerator<readonly JobRecord[]> {
    this.#requireOpen();
    yield* this.#pages.jobs(filter);
  }

  async list(filter: JobFilter): Promise<JobRecord[]> {
    return await gathered(this.listPages(filter));
  }

  async count(filter: CountFilter): Promise<number> {
    return filter.search === undefined ? this.#read.count(filter) : (await this.ids(filter)).length;
  }

  async ids(filter: CountFilter): Promise<readonly string[]> {
    this.#requireOpen();
    return await gathered(this.#pages.ids(filter));
  }

  async counts(): ReturnType<RecordOfJobs["counts"]> {
    this.#requireOpen();
    return this.#read.counts();
  }

  async *pages(job: string, range: FileRange = {}): AsyncGenerator<readonly FileRecord[]> {
    const record = await this.get(job);
    if (record !== undefined) yield* this.#pages.files(record, range);
  }

  async countFiles(job: string, search: FileSearch): Promise<number> {
    const record = await this.get(job);
    return record === undefined ? 0 : await this.#pages.countFiles(record, search);
  }

  async files(job: string, from = 0, limit = Number.MAX_SAFE_INTEGER): Promise<FileRecord[]> {
    return await gathered(this.pages(job, { from, limit }));
  }

  async *pagesByEnd(job: string, after: number): AsyncGenerator<readonly FileRecord[]> {
    const record = await this.get(job);
    if (record !== undefined) yield* this.#pages.filesByEnd(record, after);
  }

  async parts(job: string, map: string): Promise<PartRecord[]> {
    this.#requireOpen();
    return await gathered(this.#pages.parts(job, map));
  }

  watchParts(job: string, map: string, watcher: PartWatcher): () => void {
    return this.#partWatchers.watch(job, map, watcher);
  }

  async owner(task: string, resultName: string): Promise<FileOwner | undefined> {
    this.#requireOpen();
    return this.#names.owner(task, resultName);
  }

  async latest(task: string, resultName: string): Promise<NamedResult | undefined> {
    this.#requireOpen();
    return await this.#names.latest(task, resultName);
  }

  async rename(taken: TakenName): Promise<string | undefined> {
    this.#requireOpen();
    const rename = () => this.#commit.submit(() => this.#tables.rename(taken, this.#records));
    const renamed = await this.#retry(rename);
    if (renamed !== undefined) this.#hub.jobChanged(renamed.record, []);
    return renamed?.name;
  }

  async requested(asked: ClientKey, now: number): Promise<RequestHolder | undefined> {
    this.#requireOpen();
    return this.#tables.requests.holder(asked, now);
  }

  async remove(job: string): Promise<void> {
    this.#requireOpen();
    const record = this.#records.committed(job);
    await this.#large.remove(job);
    this.#records.forget(job);
    if (record !== undefined) this.#hub.jobRemoved(record);
  }

  get commitSeconds(): number {
    return this.#commit.recentSeconds;
  }

  async sync(): Promise<void> {
    this.#requireOpen();
    await this.#db.sync();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#commit.idle();
    await this.#db.sync();
    await this.#db.close();
  }

  async #insert(job: NewJob, replaceNames: boolean): Promise<CreatedJob> {
    const stage = (created: CreatedJob) => {
      this.#records.stage(created.record);
      return created;
    };
    const rows = this.#tables.newJob(job, { replaceNames });
    if (rows.isLarge) return await this.#large.create(job.id, rows, stage);
    return await this.#commit.submit(() => stage(rows.whole()));
  }

  /** Removes a job whose caller gets an error and drops its files: the next start must not run it. */
  async #withdraw(job: string, error: unknown): Promise<never> {
    const ended = this.#submit(job, [{ type: "cancelled", at: Date.now(), code: "sync_failed" }]);
    await ended.then(() => this.remove(job)).catch(() => undefined);
    throw error;
  }

  #submit(job: string, events: readonly JobEvent[]): Promise<JobRecord> {
    return this.#commit.submit(() => {
      const before = this.#records.current(job);
      if (before === undefined) throw new AppError("no_such_job", `There is no job ${job}.`, { status: 404 });
      const after = events.reduce((now, event) => this.#tables.apply(now, event), before);
      return after === before ? after : this.#records.stage(after);
    });
  }

  #requireOpen(): void {
    if (this.#closed) throw new AppError("store_closed", "The job record is closed.", { status: 503 });
  }
}

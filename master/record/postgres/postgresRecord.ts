import type { Client } from "pg";
import { isFinal } from "../../../shared/contract/jobs.ts";
import { AppError } from "../../../shared/errors.ts";
import { ChangeHub } from "../../hub.ts";
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
import { recordedUploads } from "../uploads.ts";
import { changed, removed } from "./announcing.ts";
import { callbackTable } from "./callbackTable.ts";
import { SCHEMA } from "./connect.ts";
import type { PostgresDatabase } from "./database.ts";
import { GroupWriter } from "./groupWriter.ts";
import { removeJob, renameResult } from "./jobChanges.ts";
import { PostgresReader } from "./jobReader.ts";
import { keptTable } from "./keptTable.ts";
import { mastersTable } from "./mastersTable.ts";
import { holderOfRequest, NewJobs } from "./newJobs.ts";
import { OtherMasters } from "./otherMasters.ts";
import { PostgresPages } from "./pages.ts";
import type { PostgresRecordDeps, PostgresRecordOptions } from "./postgresRecordOptions.ts";
import { resultLooks } from "./resultLooks.ts";
import { latestOf, ownerOf } from "./resultNames.ts";
import { timelineTable } from "./timelineTable.ts";
import { STEP_FILES, UnfinishedChanges } from "./unfinishedChanges.ts";
import { uploadQueries } from "./uploadQueries.ts";

/** See `openPostgresRecord`. */
export class PostgresRecord implements RecordOfJobs {
  readonly kept: KeptJobs;
  readonly recorded: RecordOfJobs["recorded"];
  readonly callbacks: RecordOfJobs["callbacks"];
  readonly timeline: RecordOfJobs["timeline"];
  readonly uploads: RecordOfJobs["uploads"];
  readonly masters: RecordOfJobs["masters"];
  readonly #db: PostgresDatabase;
  readonly #read: PostgresReader;
  readonly #pages: PostgresPages;
  readonly #writer: GroupWriter;
  readonly #newJobs: NewJobs;
  readonly #unfinished: UnfinishedChanges;
  readonly #others: OtherMasters;
  readonly #hub: ChangeHub;
  readonly #retry: NonNullable<PostgresRecordOptions["retry"]>;
  readonly #partWatchers = new PartWatchers();
  #closed = false;

  constructor(
    db: PostgresDatabase,
    {
      hub = new ChangeHub(),
      retry = (work) => work(),
      schema = SCHEMA,
      masters = "many",
      onOutage = () => undefined,
      name,
    }: PostgresRecordDeps,
  ) {
    this.#db = db;
    this.#hub = hub;
    this.#retry = retry;
    const own = { db, cut: db.cut, hub, watchers: this.#partWatchers };
    this.#others = new OtherMasters({ ...own, schema, name, masters, onOutage });
    db.guard(() => this.#others.requireAnswering());
    const requireOpen = () => this.#requireOpen();
    const { announce } = this.#others;
    this.#read = new PostgresReader(db);
    this.#pages = new PostgresPages(db, requireOpen);
    this.#unfinished = new UnfinishedChanges(db, requireOpen);
    const shared = { db, others: this.#others, unfinished: this.#unfinished, requireOpen };
    const member = typeof masters === "string" ? undefined : masters;
    this.masters = member && mastersTable(shared, member);
    const master = this.masters?.id;
    this.#writer = new GroupWriter({ db, announce, master, retry });
    this.#newJobs = new NewJobs({ db, announce, master, requireOpen });
    this.recorded = resultLooks(db, requireOpen);
    this.kept = keptTable(db, this.#unfinished, requireOpen);
    this.callbacks = callbackTable({ db, hub, retry, announce, sender: master, requireOpen });
    this.timeline = timelineTable({ db, requireOpen, place: member?.place });
    this.uploads = recordedUploads(uploadQueries(db, requireOpen));
  }

  /** Listens to other masters, and completes what a master left that ended. */
  async start(connect: () => Client): Promise<void> {
    await this.#others.start(connect);
    await this.#unfinished.completeAll();
  }

  async create(job: NewJob, options: CreateOptions = {}): Promise<CreatedJob> {
    this.#requireOpen();
    const since = performance.now();
    const created = await this.#newJobs.create(job, options);
    this.#writer.noteCommit(since);
    this.#hub.jobChanged(created.record, []);
    return created;
  }

  async apply(job: string, events: readonly JobEvent[]): Promise<JobRecord> {
    this.#requireOpen();
    const listeners = { hub: this.#hub, watchers: this.#partWatchers };
    return await told(listeners, { job, events }, this.#recorded(job, events));
  }

  async #recorded(job: string, events: readonly JobEvent[]): Promise<JobRecord> {
    const record = await this.#writer.submit({ job, events });
    if (isFinal(record.state) && record.total > STEP_FILES)
      await this.#retry(() => this.#unfinished.endFiles(job, record.total));
    return record;
  }

  async get(job: string): Promise<JobRecord | undefined> {
    this.#requireOpen();
    return await this.#read.job(job);
  }

  async *listPages(filter: JobFilter): AsyncGenerator<readonly JobRecord[]> {
    this.#requireOpen();
    yield* this.#pages.jobs(filter);
  }

  async list(filter: JobFilter): Promise<JobRecord[]> {
    return await gathered(this.listPages(filter));
  }

  async count(filter: CountFilter): Promise<number> {
    this.#requireOpen();
    return filter.search === undefined ? await this.#read.count(filter) : (await this.ids(filter)).length;
  }

  async ids(filter: CountFilter): Promise<readonly string[]> {
    this.#requireOpen();
    return await gathered(this.#pages.ids(filter));
  }

  async counts(): ReturnType<RecordOfJobs["counts"]> {
    this.#requireOpen();
    return await this.#read.counts();
  }

  async *pages(job: string, range: FileRange = {}): AsyncGenerator<readonly FileRecord[]> {
    const record = await this.get(job);
    if (record !== undefined) yield* this.#pages.files(record, range);
  }

  async countFiles(job: string, search: FileSearch): Promise<number> {
    this.#requireOpen();
    return await this.#pages.countFiles(job, search);
  }

  async files(job: string, from = 0, limit = Number.MAX_SAFE_INTEGER): Promise<FileRecord[]> {
    return await this.#retry(() => gathered(this.pages(job, { from, limit })));
  }

  async *pagesByEnd(job: string, after: number): AsyncGenerator<readonly FileRecord[]> {
    this.#requireOpen();
    yield* this.#pages.filesByEnd(job, after);
  }

  async parts(job: string, map: string): Promise<PartRecord[]> {
    this.#requireOpen();
    return await this.#retry(async () => {
      await this.#writer.settled(job);
      return await gathered(this.#pages.parts(job, map));
    });
  }

  watchParts(job: string, map: string, watcher: PartWatcher): () => void {
    return this.#partWatchers.watch(job, map, watcher);
  }

  async owner(task: string, resultName: string): Promise<FileOwner | undefined> {
    this.#requireOpen();
    return await ownerOf(this.#db, task, resultName);
  }

  async latest(task: string, resultName: string): Promise<NamedResult | undefined> {
    this.#requireOpen();
    return await latestOf(this.#db, task, resultName);
  }

  async rename(taken: TakenName): Promise<string | undefined> {
    this.#requireOpen();
    const renamed = await this.#retry(() =>
      this.#db.transaction(async (tx) => {
        const result = await renameResult(tx, taken);
        if (result !== undefined) await this.#others.announce(tx, [changed(taken.job)]);
        return result;
      }),
    );
    if (renamed !== undefined) this.#hub.jobChanged(renamed.record, []);
    return renamed?.name;
  }

  async requested(asked: ClientKey, now: number): Promise<RequestHolder | undefined> {
    this.#requireOpen();
    return await holderOfRequest(this.#db, asked, now);
  }

  async remove(job: string): Promise<void> {
    this.#requireOpen();
    const record = await this.#db.transaction(async (tx) => {
      const last = await removeJob(tx, job);
      await this.#others.announce(tx, [removed(last)]);
      return last;
    });
    await this.#unfinished.clear(job);
    this.#hub.jobRemoved(record);
  }

  get commitSeconds(): number {
    return this.#writer.recentSeconds;
  }

  /** Why the database cannot be used now; undefined while it answers. */
  get outage(): AppError | undefined {
    return this.#others.outage;
  }

  /** What is committed survives a power loss: the connections have `synchronous_commit`. */
  async sync(): Promise<void> {
    this.#requireOpen();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#db.stopAsking();
    await Promise.all([this.#writer.idle(), this.#newJobs.idle()]);
    await this.#db.close(this.#others.close());
  }

  #requireOpen(): void {
    if (this.#closed) throw new AppError("store_closed", "The job record is closed.", { status: 503 });
  }
}

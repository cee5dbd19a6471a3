import { Pending } from "../../shared/async/pending.ts";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { FileRef, PublishedPart } from "../../shared/tasks/task.ts";
import type { JobProgress, SpentWork } from "../map/progress.ts";
import type { FileRecord, JobEvent, JobRecord, RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "./results.ts";

/** Results on their way into the record and the folder at a time. */
const MAX_PENDING = 64;

export interface CollectorDeps {
  readonly jobs: RecordOfJobs;
  readonly results: ResultsFolder;
  readonly logger: Logger;
}

/** Told of each file that reached its end, in the order of the record, after its result can be fetched. */
export type FileEnded = (file: FileRecord) => void;

export interface CollectedJob {
  readonly record: JobRecord;
  readonly files: readonly FileRecord[];
  readonly progress: JobProgress;
  readonly onFileEnded: FileEnded;
}

/** Turns published parts into results: first the record, then the file in its folder, then the news of it. */
export class Collector {
  readonly #deps: CollectorDeps;
  readonly #job: CollectedJob;
  readonly #published = new Set<number>();
  readonly #pending = new Pending(MAX_PENDING);
  /** Files in their place whose predecessors in the record are not, by their order. */
  readonly #held = new Map<number, FileRecord>();
  #nextOrder: number;

  constructor(deps: CollectorDeps, job: CollectedJob) {
    this.#deps = deps;
    this.#job = job;
    this.#nextOrder = 1 + job.files.filter((file) => file.state !== "queued").length;
  }

  /** Resolves when the part is accepted, not when it is written: a bounded number is written at a time. */
  async publish(index: number, part: PublishedPart): Promise<void> {
    const file = this.#job.files[index];
    if (file === undefined)
      throw new AppError("no_such_input", `The task published file ${index}, which is not there.`);
    if (this.#published.has(index))
      throw new AppError("published_twice", `The task published file ${index} twice.`);
    this.#published.add(index);
    // Recorded before a restart: the folder was put right when the job was taken up again.
    if (file.state !== "queued") return;
    this.#pending.start(part.ok ? this.#done(file, part) : this.#failed(file, part));
    await this.#pending.room();
  }

  async attach(name: string, file: FileRef): Promise<void> {
    const { id, task } = this.#job.record;
    const attachment = { name, key: file.key, bytes: file.bytes };
    const record = await this.#deps.jobs.apply(id, [{ type: "attached", attachment }]);
    // The names of files were on disk before the job was acknowledged; this one is new. Were it lost with the
    // power and the file not, the next run would find its own file in the way.
    await this.#deps.jobs.sync();
    // The record may have given it another name, because this one is somebody's already.
    const given = record.attachments.find(({ key }) => key === file.key)?.name ?? name;
    await this.#deps.results.place({ task, name: given, key: file.key, bytes: file.bytes });
  }

  /** Resolves when everything accepted is in its place. */
  async flush(): Promise<void> {
    await this.#pending.all();
  }

  /** Files that the task never published: a fault of the task, not of the file. */
  unpublished(): readonly FileRecord[] {
    return this.#job.files.filter((file) => !this.#published.has(file.index) && file.state === "queued");
  }

  async #done(file: FileRecord, part: Extract<PublishedPart, { ok: true }>): Promise<void> {
    const { record, progress } = this.#job;
    const event = doneEvent(file.index, part, progress.takeWork(file.index));
    const order = await this.#end(event);
    const { resultKey: key, resultBytes: bytes } = event;
    await this.#deps.results.place({ task: record.task, name: file.resultName, key, bytes });
    this.#tell(order, doneFile(file, event, order));
  }

  async #failed(file: FileRecord, part: Extract<PublishedPart, { ok: false }>): Promise<void> {
    const failure = { code: part.code, error: part.error, ...this.#job.progress.takeWork(file.index) };
    const at = Date.now();
    const order = await this.#end({ type: "file_failed", index: file.index, at, ...failure });
    this.#tell(order, { ...file, ...failure, state: "failed", endedAt: at, order });
  }

  /** Records the end of a file; the how manieth of the job it is. */
  async #end(event: JobEvent): Promise<number> {
    const { done, failed } = await this.#deps.jobs.apply(this.#job.record.id, [event]);
    return done + failed;
  }

  /** The news go out in the order of the record, so that they can be numbered by it. */
  #tell(order: number, file: FileRecord): void {
    this.#held.set(order, file);
    let ready = this.#held.get(this.#nextOrder);
    while (ready !== undefined) {
      this.#held.delete(this.#nextOrder);
      this.#nextOrder += 1;
      this.#job.onFileEnded(ready);
      ready = this.#held.get(this.#nextOrder);
    }
  }
}

type DoneEvent = Extract<JobEvent, { type: "file_done" }>;

/** Written out, as is `doneFile`: of objects that are spread together each costs as much as all else of a small file. */
function doneEvent(
  index: number,
  { file, summary, info }: Extract<PublishedPart, { ok: true }>,
  { attempts, seconds, slave, startedAt }: SpentWork,
): DoneEvent {
  return {
    type: "file_done",
    index,
    at: Date.now(),
    resultKey: file.key,
    resultBytes: file.bytes,
    resultSha256: file.sha256,
    summary,
    info,
    attempts,
    seconds,
    slave,
    startedAt,
  };
}

function doneFile(file: FileRecord, event: DoneEvent, order: number): FileRecord {
  const { index, key, filename, bytes, sha256, resultName, replacedBy } = file;
  return {
    index,
    key,
    filename,
    bytes,
    sha256,
    state: "done",
    resultName,
    replacedBy,
    resultKey: event.resultKey,
    resultBytes: event.resultBytes,
    resultSha256: event.resultSha256,
    summary: event.summary,
    info: event.info,
    attempts: event.attempts,
    slave: event.slave,
    seconds: event.seconds,
    startedAt: event.startedAt,
    endedAt: event.at,
    order,
  };
}

import { Pending } from "../../shared/async/pending.ts";
import { AppError } from "../../shared/errors.ts";
import type { FileRef, PublishedPart } from "../../shared/tasks/task.ts";
import { type JobWarning, mayGetBetter } from "../../shared/warnings.ts";
import type { JobEvent } from "../record/events.ts";
import type { CachedResult, FileRecord, JobRecord } from "../record/job.ts";
import type { SpentWork } from "../record/part.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultWriter } from "./resultWriter.ts";
import type { ReuseKeyOf } from "./reuseKey.ts";

/** Most parts of a job that are being recorded and written at a time. */
const MAX_PENDING = 64;

export interface CollectorDeps {
  readonly jobs: Pick<RecordOfJobs, "apply" | "sync">;
  readonly results: Pick<ResultWriter, "put">;
}

/** Called for each file that ended, in the order in which the record ended them, when its result can be fetched. */
export type FileEnded = (file: FileRecord) => void;

export interface CollectedJob {
  readonly record: Pick<JobRecord, "id" | "task">;
  readonly files: readonly FileRecord[];
  readonly progress: {
    takeWork(index: number): SpentWork;
    placing(index: number): void;
    placed(index: number): void;
  };
  readonly onFileEnded: FileEnded;
  /** Undefined for a job whose results serve no other. */
  readonly reuseKeyOf?: ReuseKeyOf | undefined;
}

/** Turns the published parts of a job into results: first in the record, then in the results folder, then as news. */
export class Collector {
  readonly #deps: CollectorDeps;
  readonly #job: CollectedJob;
  readonly #published = new Set<number>();
  readonly #pending = new Pending(MAX_PENDING);
  /** Ended files, by end order, that wait for the news of a file that ended before them. */
  readonly #ended = new Map<number, FileRecord>();
  #nextEndOrder: number;

  constructor(deps: CollectorDeps, job: CollectedJob) {
    this.#deps = deps;
    this.#job = job;
    this.#nextEndOrder = 1 + job.files.filter((file) => file.state !== "queued").length;
  }

  /**
   * Accepts a part, and waits while too many are being written. Errors of recording and writing come from `flush`.
   * @throws AppError `no_such_input`, `published_twice`
   */
  async publish(index: number, part: EndPart): Promise<void> {
    const file = this.#job.files[index];
    if (file === undefined)
      throw new AppError("no_such_input", `The task published file ${index}, which the job does not have.`);
    if (this.#published.has(index))
      throw new AppError("published_twice", `The task published file ${index} twice.`);
    this.#published.add(index);
    // Recorded before a restart: `restoreResults` has written it again.
    if (file.state !== "queued") return;
    this.#pending.start(part.ok ? this.#done(file, part) : this.#failed(file, part));
    await this.#pending.room();
  }

  /** Publishes the files whose results were on record when the job was created. */
  async publishCached(signal: AbortSignal): Promise<void> {
    for (const { index, cached } of this.#job.files) {
      if (cached === undefined) continue;
      signal.throwIfAborted();
      await this.publishCopy(index, cached);
    }
  }

  /** Publishes the copy of a result that no slave made for this file. */
  async publishCopy(index: number, copy: CachedResult): Promise<void> {
    const { key, bytes, sha256, summary, info, warnings, seconds: savedSeconds } = copy;
    const filename = this.#job.files[index]?.filename ?? "";
    await this.publish(index, {
      ok: true,
      file: { key, filename, bytes, sha256 },
      summary,
      info,
      warnings,
      savedSeconds,
    });
  }

  /** Saves a further result of the job, which belongs to none of its files. */
  async attach(name: string, file: FileRef): Promise<void> {
    const { id, task } = this.#job.record;
    const attachment = { name, key: file.key, bytes: file.bytes };
    const record = await this.#deps.jobs.apply(id, [{ type: "attached", attachment }]);
    // Synced, as the names of files were before the job was acknowledged. If a power loss took this name and left the
    // file, the next run would find its own file under a name that it does not know.
    await this.#deps.jobs.sync();
    // The record reserves another name when this one belongs to another job.
    const reserved = record.attachments.find(({ key }) => key === file.key);
    if (reserved?.replacedBy !== undefined) return;
    const { key, bytes } = file;
    await this.#deps.results.put({ job: id, task, name: reserved?.name ?? name, key, bytes });
  }

  async warn(warning: JobWarning): Promise<void> {
    await this.#deps.jobs.apply(this.#job.record.id, [{ type: "warned", warning }]);
  }

  /** Resolves when every accepted part is recorded and written; throws the first error of any. */
  async flush(): Promise<void> {
    await this.#pending.all();
  }

  /** Files that the task never published, which is a fault of the task. */
  unpublished(): readonly FileRecord[] {
    return this.#job.files.filter((file) => !this.#published.has(file.index) && file.state === "queued");
  }

  async #done(file: FileRecord, part: DonePart): Promise<void> {
    const { record, progress } = this.#job;
    const work = part.savedSeconds === undefined ? progress.takeWork(file.index) : NO_WORK;
    const mayServe = part.isClassic !== true && !mayGetBetter(part.warnings);
    const reuseKey = mayServe ? this.#job.reuseKeyOf?.(file) : undefined;
    const event = doneEvent(file, part, { ...work, reuseKey });
    // On record the file is done before its name is certain: no view tells the name until then.
    progress.placing(file.index);
    const endOrder = await this.#record(event);
    const { resultKey: key, resultBytes: bytes } = event;
    const { id: job, task } = record;
    const { index, resultName: name } = file;
    // Where `replacedBy` is known a later job has the name since before this run.
    const placedAs =
      file.replacedBy === undefined
        ? await this.#deps.results.put({ job, index, task, name, key, bytes })
        : name;
    progress.placed(index);
    this.#tell(endOrder, doneFile(file, event, { endOrder, resultName: placedAs }));
  }

  async #failed(file: FileRecord, part: Extract<PublishedPart, { ok: false }>): Promise<void> {
    const failure = { code: part.code, error: part.error, ...this.#job.progress.takeWork(file.index) };
    const at = Date.now();
    const endOrder = await this.#record({ type: "file_failed", index: file.index, at, ...failure });
    this.#tell(endOrder, { ...file, ...failure, state: "failed", endedAt: at, endOrder });
  }

  /** Records the end of a file. Its end order: 1 for the file of the job that ended first. */
  async #record(event: JobEvent): Promise<number> {
    const { done, failed } = await this.#deps.jobs.apply(this.#job.record.id, [event]);
    return done + failed;
  }

  /** News go out in end order, so that clients can number them by it. */
  #tell(endOrder: number, file: FileRecord): void {
    this.#ended.set(endOrder, file);
    let next = this.#ended.get(this.#nextEndOrder);
    while (next !== undefined) {
      this.#ended.delete(this.#nextEndOrder);
      this.#nextEndOrder += 1;
      this.#job.onFileEnded(next);
      next = this.#ended.get(this.#nextEndOrder);
    }
  }
}

type FileEnding = Required<Pick<FileRecord, "resultName">> & { readonly endOrder: number };
type DoneEvent = Extract<JobEvent, { type: "file_done" }>;

/** A part, or the copy of a result with the seconds that it saves. */
type DonePart = Extract<PublishedPart, { ok: true }> & { readonly savedSeconds?: number | undefined };
type EndPart = DonePart | Extract<PublishedPart, { ok: false }>;

/** Of a file that no slave did. */
const NO_WORK: SpentWork = { attempts: 0, seconds: 0, slave: undefined, startedAt: undefined };

/** `doneEvent` and `doneFile` list their fields: spreading the objects takes as long as all other work on a small file. */
function doneEvent(
  { index }: FileRecord,
  { file, summary, info, warnings, savedSeconds }: DonePart,
  { attempts, seconds, slave, startedAt, reuseKey }: SpentWork & Pick<FileRecord, "reuseKey">,
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
    warnings,
    attempts,
    seconds,
    slave,
    startedAt,
    reuseKey,
    savedSeconds,
  };
}

function doneFile(file: FileRecord, event: DoneEvent, { endOrder, resultName }: FileEnding): FileRecord {
  const { index, key, filename, path, bytes, sha256, replacedBy, cached, twinOf } = file;
  return {
    index,
    key,
    filename,
    path,
    bytes,
    sha256,
    cached,
    twinOf,
    state: "done",
    resultName,
    replacedBy,
    resultKey: event.resultKey,
    resultBytes: event.resultBytes,
    resultSha256: event.resultSha256,
    savedSeconds: event.savedSeconds,
    reuseKey: event.reuseKey,
    summary: event.summary,
    info: event.info,
    warnings: event.warnings,
    attempts: event.attempts,
    slave: event.slave,
    seconds: event.seconds,
    startedAt: event.startedAt,
    endedAt: event.at,
    endOrder,
  };
}

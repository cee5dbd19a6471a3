import { isFinal } from "../../../shared/contract/jobs.ts";
import { AppError } from "../../../shared/errors.ts";
import type { JobEvent } from "../events.ts";
import type { JobRecord } from "../job.ts";
import { partValues, type Value } from "../rows.ts";
import {
  endFile,
  endOfOpenFiles,
  type FileAfterEnd,
  type FileEnd,
  type JobEnd,
  type OpenFilesEnd,
  openFiles,
  transition,
} from "../transition.ts";

/** A call of `apply`. */
export interface AppliedCall {
  readonly job: string;
  readonly events: readonly JobEvent[];
}

/** What the database has of the jobs of a group. Their rows are locked. */
export interface GroupRows {
  readonly records: ReadonlyMap<string, JobRecord>;
  /** Files among those that the group ends that have not ended, as `job/index`. */
  readonly open: ReadonlySet<string>;
  /** Reserved names of attachments, as `job/wanted`. */
  readonly names: ReadonlyMap<string, string>;
}

export interface FileInGroup {
  readonly job: string;
  readonly index: number;
  readonly file: FileAfterEnd;
  readonly endOrder: number;
}

export interface AttachedResult {
  readonly job: string;
  readonly wanted: string;
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
}

/** The end of a job. */
export interface EndOfJob {
  readonly job: JobRecord;
  readonly at: number;
  /** End of the files that were open; undefined when none was. */
  readonly openEnd: OpenFilesEnd | undefined;
}

/** What a call changes. */
class CallChanges {
  readonly files: FileInGroup[] = [];
  readonly parts: (readonly Value[])[] = [];
  readonly attached: AttachedResult[] = [];
  readonly ends: EndOfJob[] = [];
}

/**
 * What a group of calls changes, decided in memory: a refused call leaves no trace, and what is left is written with a
 * statement for each table.
 */
export class GroupChanges {
  /** Records that changed. */
  readonly jobs = new Map<string, JobRecord>();
  readonly files: FileInGroup[] = [];
  readonly parts: (readonly Value[])[] = [];
  readonly attached: AttachedResult[] = [];
  readonly ends: EndOfJob[] = [];
  readonly #rows: GroupRows;
  readonly #ended = new Set<string>();
  /** Id of this master; undefined: it works alone. */
  readonly #self: string | undefined;

  constructor(rows: GroupRows, self: string | undefined) {
    this.#rows = rows;
    this.#self = self;
  }

  /** @throws AppError `no_such_job`, `bad_transition`, `job_moved` */
  apply({ job, events }: AppliedCall): JobRecord {
    const before = this.jobs.get(job) ?? this.#rows.records.get(job);
    if (before === undefined) throw new AppError("no_such_job", `There is no job ${job}.`, { status: 404 });
    if (this.#self !== undefined && before.master !== this.#self) requireOfAnyMaster(before, events);
    const changes = new CallChanges();
    const after = events.reduce((now, event) => this.#next(now, event, changes), before);
    this.#keep(changes);
    if (after !== before) this.jobs.set(job, after);
    return after;
  }

  #next(job: JobRecord, event: JobEvent, changes: CallChanges): JobRecord {
    switch (event.type) {
      case "file_done":
      case "file_failed":
        return this.#endFile(job, event, changes);
      case "part_stored": {
        const after = transition(job, event);
        changes.parts.push(partValues(job.id, event.record));
        return after;
      }
      case "attached":
        return this.#attach(job, event, changes);
      case "started":
      case "warned":
      case "speculated":
        return transition(job, event);
      default:
        return endJob(job, event, changes);
    }
  }

  #endFile(job: JobRecord, event: FileEnd, changes: CallChanges): JobRecord {
    const after = transition(job, event);
    const { index } = event;
    const key = `${job.id}/${index}`;
    const isOpen = this.#rows.open.has(key) && !this.#ended.has(key);
    if (!isOpen || changes.files.some((file) => file.index === index)) {
      const problem = `File ${index} of job ${job.id} is not there, or has ended already.`;
      throw new AppError("bad_transition", problem, { status: 409 });
    }
    const endOrder = after.done + after.failed;
    changes.files.push({ job: job.id, index, file: endFile(event), endOrder });
    return after;
  }

  #attach(
    job: JobRecord,
    { attachment: wish }: Extract<JobEvent, { readonly type: "attached" }>,
    changes: CallChanges,
  ): JobRecord {
    const name = this.#rows.names.get(`${job.id}/${wish.name}`) ?? wish.name;
    const known = job.attachments.find((one) => one.name === name);
    const attachment = { ...known, key: wish.key, bytes: wish.bytes, name };
    const after = transition(job, { type: "attached", attachment });
    changes.attached.push({ job: job.id, wanted: wish.name, name, key: wish.key, bytes: wish.bytes });
    return after;
  }

  #keep({ files, parts, attached, ends }: CallChanges): void {
    for (const file of files) {
      this.files.push(file);
      this.#ended.add(`${file.job}/${file.index}`);
    }
    this.parts.push(...parts);
    this.attached.push(...attached);
    this.ends.push(...ends);
  }
}

function endJob(job: JobRecord, event: JobEnd, changes: CallChanges): JobRecord {
  const after = transition(job, event);
  const openEnd = openFiles(job) === 0 ? undefined : endOfOpenFiles(event);
  changes.ends.push({ job: after, at: event.at, openEnd });
  return after;
}

/** Parts come from every master whose slaves work on the job; all else is its owner's to say. */
function requireOfAnyMaster(job: JobRecord, events: readonly JobEvent[]): void {
  if (isFinal(job.state) || events.every(({ type }) => type === "part_stored" || type === "speculated"))
    return;
  throw new AppError("job_moved", `Job ${job.id} is run by another master now.`, { status: 409 });
}

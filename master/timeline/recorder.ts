import type { SlaveState } from "../../shared/contract/fleet.ts";
import type { Logger } from "../../shared/logger.ts";
import type { Slave } from "../fleet/slave.ts";
import type { ChangeHub, JobChange } from "../hub.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { JobEvent } from "../record/events.ts";
import type { RecordedTimeline, SlaveMoment, WorkSpan } from "../record/timeline.ts";
import { GrowingSums } from "./growingSums.ts";
import { type OpenSpan, SlotBook, type SlotOwner, type UnitEnd, type UnitSpans } from "./slotBook.ts";

export interface RecorderDeps {
  readonly timeline: Pick<RecordedTimeline, "append">;
  readonly hub: Pick<ChangeHub, "watch">;
  readonly logger: Logger;
  /** Number of files that wait for a slave. */
  readonly waitingFiles: () => number;
}

/** What is gathered is written after this time, or when there are so many spans: an end of the master costs no more. */
const WRITE_MS = 5_000;
const WRITE_SPANS = 256;
/** Readers let it be written early, but not more often than this. */
const READ_MS = 1_000;

/**
 * Gathers in memory who worked on what, and writes it to the record some hundred spans at a time. Nothing waits for it:
 * a unit costs two calls and a few numbers.
 */
export class TimelineRecorder implements UnitSpans {
  readonly #deps: RecorderDeps;
  readonly #sums = new GrowingSums();
  readonly #states = new WeakMap<Slave, SlaveState>();
  readonly #book = new SlotBook((span) => this.#spans.push(span));
  #spans: WorkSpan[] = [];
  #slaves: SlaveMoment[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writtenAt = 0;
  #writing: Promise<void> = Promise.resolve();
  #undo: readonly (() => void)[] = [];

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { hub } = this.#deps;
    this.#undo = [
      hub.watch("jobs", (change) => this.#jobChanged(change)),
      hub.watch("slaves", ({ slave }) => this.#slaveChanged(slave)),
    ];
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    for (const undo of this.#undo) undo();
    this.#write();
    clearTimeout(this.#timer);
    await this.#writing;
  }

  began(slave: SlotOwner, unit: QueuedUnit): OpenSpan {
    this.#writeSoon();
    return this.#book.began(slave, unit);
  }

  ended(slave: SlotOwner, unit: QueuedUnit, end: UnitEnd): void {
    this.#book.ended(slave, unit, end);
    this.#unitEnded(slave, unit, end);
    if (this.#spans.length >= WRITE_SPANS) this.#write();
    else this.#writeSoon();
  }

  /** Units that run now, as spans up to now. */
  running(now = Date.now()): WorkSpan[] {
    return this.#book.running(now);
  }

  /** Resolves when a reader of the record finds what was gathered more than a second ago. */
  async written(now = Date.now()): Promise<void> {
    if (now - this.#writtenAt >= READ_MS || now < this.#writtenAt) this.#write();
    await this.#writing;
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#write(), WRITE_MS).unref();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = Date.now();
    this.#writtenAt = now;
    this.#book.flush(now);
    const waiting = this.#deps.waitingFiles();
    this.#sums.waiting(now, waiting);
    for (const span of this.#spans) this.#sums.span(span);
    const chunk = { at: now, spans: this.#spans, slaves: this.#slaves, sums: this.#sums.take() };
    this.#spans = [];
    this.#slaves = [];
    if (this.#book.hasOpen || waiting > 0) this.#writeSoon();
    if (chunk.spans.length + chunk.slaves.length + chunk.sums.length === 0) return;
    const written = this.#deps.timeline.append(chunk).catch((error: unknown) => {
      this.#deps.logger.warn({ err: error }, "some seconds of the timeline could not be recorded");
    });
    this.#writing = Promise.all([this.#writing, written]).then(() => undefined);
  }

  /** A unit that the slave gave back, or whose time is not known, tells nothing of its speed. */
  #unitEnded({ id }: SlotOwner, { task }: QueuedUnit, { seconds, state }: UnitEnd): void {
    if (state === "returned" || seconds === 0) return;
    this.#sums.unitEnded(id, task, { at: Date.now(), seconds });
  }

  #jobChanged({ job, events }: JobChange): void {
    for (const event of events) if (isFileEnd(event)) this.#fileEnded(job, event);
    // A new job: its files wait.
    if (events.length === 0) this.#writeSoon();
  }

  #fileEnded({ task, createdAt }: JobChange["job"], event: FileEnd): void {
    const { at, seconds = 0 } = event;
    // Of a short file only the end is known.
    const startedAt = event.startedAt ?? at - seconds * 1_000;
    this.#sums.fileEnded(task, {
      at,
      state: event.type === "file_done" ? "done" : "failed",
      total: (at - createdAt) / 1_000,
      wait: (startedAt - createdAt) / 1_000,
      run: (at - startedAt) / 1_000,
    });
    this.#writeSoon();
  }

  #slaveChanged(slave: Slave): void {
    const { id, name, state, reason } = slave;
    if (state === "pending" || this.#states.get(slave) === state) return;
    this.#states.set(slave, state);
    this.#slaves.push({ at: Date.now(), slaveId: id, slave: name, event: state, reason });
    this.#writeSoon();
  }
}

type FileEnd = Extract<JobEvent, { readonly type: "file_done" | "file_failed" }>;

function isFileEnd(event: JobEvent): event is FileEnd {
  return event.type === "file_done" || event.type === "file_failed";
}

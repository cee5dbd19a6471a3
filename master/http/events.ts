import type { Request, RequestHandler, Response } from "express";
import { isFinal } from "../../shared/contract/jobs.ts";
import { eventsQuery } from "../../shared/contract/requests.ts";
import type { Change, ChangeHub } from "../hub.ts";
import { type FollowedJob, filesAsTheyEnd } from "../jobs/followed.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import { type FollowJobDeps, findJob, followJob, readQuery } from "./findJob.ts";
import { untilGone, write } from "./streams.ts";
import { fileView, jobView } from "./views.ts";

/** Seconds of silence after which a comment is sent, so that proxies keep the connection. */
const BEAT_SECONDS = 15;

/**
 * Event ids follow from the record, so that they mean the same after a restart: 1 the job is recorded, 2 it
 * runs, 2 + n its nth file ended, 3 + total the job ended.
 */
const QUEUED_ID = 1;
const RUNNING_ID = 2;

/** `GET /jobs/<id>/events`: events after `Last-Event-ID` from the record, then new ones as they happen. */
export function jobEvents(deps: EventsDeps, beatSeconds = BEAT_SECONDS): RequestHandler {
  return async (req, res) => {
    const job = await followJob(deps, req);
    const record = await findJob(deps, req);
    const events = new JobEvents(deps, { job, record, res, last: lastEventId(req), beatSeconds });
    if (events.isAtEnd()) {
      // After a 204 an EventSource does not connect again.
      res.status(204).end();
      return;
    }
    res.status(200).type("text/event-stream").set({ "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
    res.flushHeaders();
    await events.send();
    res.end();
  };
}

export interface EventsDeps extends FollowJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "pages" | "pagesByEnd">;
  readonly hub: Pick<ChangeHub, "watchJob">;
  readonly results: ResultsFolder;
}

interface EventsRequest {
  readonly job: FollowedJob;
  readonly record: JobRecord;
  readonly res: Response;
  /** Id of the last event that the client has. */
  readonly last: number;
  readonly beatSeconds: number;
}

class JobEvents {
  readonly #deps: EventsDeps;
  readonly #job: FollowedJob;
  readonly #res: Response;
  readonly #gone: AbortSignal;
  readonly #beatSeconds: number;
  #beat: NodeJS.Timeout | undefined;
  #record: JobRecord;
  #last: number;
  #counts = "";
  /** Counts were held back because the client does not keep up. */
  #isBehind = false;

  constructor(deps: EventsDeps, { job, record, res, last, beatSeconds }: EventsRequest) {
    this.#deps = deps;
    this.#job = job;
    this.#record = record;
    this.#res = res;
    this.#last = last;
    this.#gone = untilGone(res);
    this.#beatSeconds = beatSeconds;
  }

  isAtEnd(): boolean {
    return isFinal(this.#record.state) && this.#last >= this.#endId;
  }

  async send(): Promise<void> {
    const undo = this.#deps.hub.watchJob(this.#record.id, (change) => this.#changed(change));
    this.#beat = setInterval(() => this.#sendBeat(), this.#beatSeconds * 1000);
    try {
      this.#tellState(QUEUED_ID, "queued", this.#record.createdAt);
      this.#tellRunning();
      this.#tellCounts();
      await this.#sendAll();
    } finally {
      clearInterval(this.#beat);
      undo();
    }
  }

  #changed(change: Change): void {
    if (change.type === "progress") this.#tellCounts();
    if (change.type !== "job") return;
    this.#record = change.job;
    this.#tellRunning();
  }

  async #sendAll(): Promise<void> {
    const wish = { from: Math.max(0, this.#last - RUNNING_ID), signal: this.#gone };
    for await (const files of filesAsTheyEnd(this.#deps.jobs, this.#job, wish)) await this.#sendFiles(files);
    const final = await this.#job.ended;
    // A master that stops ends the stream without the last event: the client connects again and gets the rest.
    if (this.#gone.aborted || !isFinal(final.state)) return;
    this.#record = final;
    this.#tellCounts();
    await this.#write(eventText("end", jobView(final, { results: this.#deps.results }), this.#endId));
  }

  get #endId(): number {
    return RUNNING_ID + this.#record.total + 1;
  }

  /** Waits while the client does not keep up: the next files are read from the record when it does. */
  async #sendFiles(files: readonly FileRecord[]): Promise<void> {
    this.#tellRunning();
    const first = Math.max(this.#last, RUNNING_ID) + 1;
    const { results } = this.#deps;
    const text = files.map((file, n) =>
      eventText("file", fileView(this.#record, file, { results }), first + n),
    );
    this.#last = first + files.length - 1;
    await this.#write(text.join(""));
  }

  #tellRunning(): void {
    const { startedAt } = this.#record;
    if (startedAt !== undefined) this.#tellState(RUNNING_ID, "running", startedAt);
  }

  #tellState(id: number, state: "queued" | "running", at: number): void {
    if (this.#last >= id) return;
    this.#last = id;
    const job_id = this.#record.id;
    const data = { id: job_id, job_id, state, at: new Date(at).toISOString() };
    void this.#write(eventText("state", data, id));
  }

  /** Number of files in each state; without an id, as the record does not hold it. */
  #tellCounts(): void {
    // A client that does not keep up gets the newest counts once it does.
    if (this.#res.writableNeedDrain) {
      if (!this.#isBehind) this.#res.once("drain", this.#caughtUp);
      this.#isBehind = true;
      return;
    }
    const { counts } = jobView(this.#record, { results: this.#deps.results, live: this.#job.progress });
    const text = JSON.stringify(counts);
    if (text === this.#counts) return;
    this.#counts = text;
    void this.#write(eventText("progress", counts));
  }

  readonly #caughtUp = (): void => {
    this.#isBehind = false;
    this.#tellCounts();
  };

  #sendBeat(): void {
    if (!this.#res.writableNeedDrain) void write(this.#res, ": beat\n\n", this.#gone);
  }

  async #write(text: string): Promise<void> {
    // The next beat is due after this long without an event.
    this.#beat?.refresh();
    await write(this.#res, text, this.#gone);
  }
}

/** A server-sent event. */
export function eventText(event: string, data: object, id?: number): string {
  const head = id === undefined ? "" : `id: ${id}\n`;
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** From the header, which browsers send when they connect again, or from the query. @throws RequestError `bad_query` */
function lastEventId(req: Request): number {
  const { last_event_id: asked = 0 } = readQuery(eventsQuery, req.query);
  const sent = req.get("Last-Event-ID") ?? "";
  return /^\d{1,9}$/.test(sent) ? Number(sent) : asked;
}

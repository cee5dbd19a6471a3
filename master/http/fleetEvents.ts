import type { Request, RequestHandler, Response } from "express";
import { type TurnLane, Turns } from "../../shared/async/turns.ts";
import { isCode } from "../../shared/codes.ts";
import { fleetEventsQuery } from "../../shared/contract/requests.ts";
import { AppError } from "../../shared/errors.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { ChangeHub } from "../hub.ts";
import { type CapacityDeps, capacityOf } from "../jobs/capacity.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { Search } from "../record/search.ts";
import type { ResultsFolder } from "../results/results.ts";
import { type Clients, noSuchJob, type Sight } from "./clients.ts";
import { eventText } from "./events.ts";
import { readQuery } from "./findJob.ts";
import { FleetNews, type FleetState, type NewsEntry } from "./fleetNews.ts";
import type { TellingMasters } from "./otherMasters.ts";
import { jobSearch } from "./search/parse.ts";
import { pause, untilGone, write } from "./streams.ts";
import { jobView, slaveView } from "./views.ts";
import { WatchedFiles } from "./watchedFiles.ts";

export interface FleetEventsDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "listPages" | "ids">;
  readonly hub: Pick<ChangeHub, "watch" | "watchJob">;
  readonly clients: Pick<Clients, "onlyOf" | "sees">;
  readonly runner: Pick<JobRunner, "live">;
  readonly results: ResultsFolder;
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly masters: Pick<TellingMasters, "withOthers">;
  readonly capacity: CapacityDeps;
  readonly sight: Sight;
}

/** Changes that are told without a pause. */
const PAGE = 32;
/** Time between two tellings to one client: each job comes at most once in it. */
const TELL_SECONDS = 1;
/** Seconds of silence after which a comment is sent, so that proxies keep the connection. */
const BEAT_SECONDS = 15;
const MOST_JOBS = 1_000_000;

/** `GET /events`: slaves, capacity and unfinished jobs as they are, then their changes. */
export function fleetEvents(deps: FleetEventsDeps): RequestHandler {
  const news = new FleetNews({ hub: deps.hub, state: () => stateOf(deps) });
  const turns = new Turns();
  return async (req, res) => {
    const { q, job } = readQuery(fleetEventsQuery, req.query);
    const search = q === undefined ? [] : jobSearch(q, Date.now());
    if (job !== undefined) await requireJob(deps, req, job);
    res.status(200).type("text/event-stream").set({ "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
    res.flushHeaders();
    if (req.method === "HEAD") return void res.end();
    const only = deps.clients.onlyOf(req);
    const leave = news.join();
    const files = job === undefined ? undefined : new WatchedFiles(deps, job);
    try {
      await new FleetStream({ ...deps, news, turns }, { res, search, only, files }).send();
    } finally {
      files?.stop();
      leave();
    }
    res.end();
  };
}

async function requireJob({ jobs, clients }: FleetEventsDeps, req: Request, id: string): Promise<void> {
  const record = await jobs.get(id);
  if (record === undefined || !clients.sees(req, record)) throw noSuchJob(id);
}

function stateOf({ registry, masters, capacity, sight }: FleetEventsDeps): FleetState {
  const own = registry.all().map((slave) => slaveView(slave, sight));
  const slaves = masters.withOthers(own).map((view) => [view.id, JSON.stringify(view)] as const);
  return { slaves: new Map(slaves), capacity: JSON.stringify(capacityOf(capacity)) };
}

interface FleetStreamDeps extends FleetEventsDeps {
  readonly news: FleetNews;
  readonly turns: Turns;
}

interface Reader {
  readonly res: Response;
  readonly search: Search;
  /** The only client whose jobs are told; undefined: all jobs. */
  readonly only: string | undefined;
  readonly files: WatchedFiles | undefined;
}

/** The stream to one client. It holds a number and one page of texts, however far the client is behind. */
class FleetStream {
  readonly #deps: FleetStreamDeps;
  readonly #reader: Reader;
  readonly #gone: AbortSignal;
  #seq: number;

  constructor(deps: FleetStreamDeps, reader: Reader) {
    this.#deps = deps;
    this.#reader = reader;
    this.#gone = untilGone(reader.res);
    this.#seq = deps.news.seq;
  }

  /** Ends when the client has left, or is so far behind that it must begin anew. */
  async send(): Promise<void> {
    const { news } = this.#deps;
    while (!(await this.#told(() => this.#tellAll()))) await pause(TELL_SECONDS, this.#gone);
    while (!this.#gone.aborted && !news.isPast(this.#seq)) {
      await pause(TELL_SECONDS, this.#gone);
      const silence = AbortSignal.any([this.#gone, AbortSignal.timeout(BEAT_SECONDS * 1000)]);
      await news.changed(this.#seq, silence);
      await this.#told(() => this.#tellChanges());
    }
  }

  /** While the record does not answer, the capacity says so; jobs are told when it is back. False: not all was told. */
  async #told(tell: () => Promise<void>): Promise<boolean> {
    try {
      await tell();
      return true;
    } catch (error) {
      const isAway = error instanceof AppError && isCode(error.code, "database_unavailable");
      if (!isAway) throw error;
      await this.#write(event("capacity", this.#deps.news.state.capacity));
      return this.#gone.aborted;
    }
  }

  async #tellAll(): Promise<void> {
    const { jobs, news } = this.#deps;
    const { only, search } = this.#reader;
    const { slaves, capacity } = news.state;
    await this.#write([...slaves.values()].map((view) => event("slave", view)).join(""));
    await this.#write(event("capacity", capacity));
    const own = only === undefined ? {} : { client: only };
    const found = search.length === 0 ? {} : { search };
    for (const state of ["running", "queued"] as const) {
      for await (const page of jobs.listPages({ state, ...own, ...found, limit: MOST_JOBS })) {
        await this.#write(page.map((job) => this.#jobText(job)).join(""));
        if (this.#gone.aborted) return;
      }
    }
    await this.#write(event("ready", "{}"));
  }

  async #tellChanges(): Promise<void> {
    const { news, turns } = this.#deps;
    const files = this.#reader.files?.take();
    let text = files === undefined ? "" : eventText("files", files);
    const until = news.seq;
    if (text === "" && this.#seq === until) return await this.#write(": beat\n\n");
    while (this.#seq < until && !this.#gone.aborted && !news.isPast(this.#seq)) {
      await turns.next(LANE);
      const page = news.page({ from: this.#seq, until, limit: PAGE });
      for (const entry of page.entries) text += await this.#textOf(entry);
      this.#seq = page.seq;
      await this.#write(text);
      text = "";
    }
    await this.#write(text);
  }

  async #textOf({ item, stateSeq }: NewsEntry): Promise<string> {
    const { jobs, news } = this.#deps;
    const { only, search } = this.#reader;
    if (item.kind === "capacity") return event("capacity", news.state.capacity);
    if (item.kind === "slave") return event("slave", news.state.slaves.get(item.id));
    if (item.kind === "removed") {
      const isSeen = item.what === "slave" || only === undefined || only === item.client;
      return isSeen ? eventText("removed", { id: item.id, kind: item.what }) : "";
    }
    const job = await jobs.get(item.id);
    if (job === undefined || (only !== undefined && job.client !== only)) return "";
    const matches = search.length === 0 || (await jobs.ids({ id: job.id, search })).length > 0;
    if (matches) return this.#jobText(job);
    // A change of its state may be why it no longer matches.
    return stateSeq > this.#seq ? eventText("removed", { id: job.id, kind: "job" }) : "";
  }

  #jobText(job: JobRecord): string {
    const { results, runner } = this.#deps;
    return eventText("job", jobView(job, { results, live: runner.live(job.id) }));
  }

  async #write(text: string): Promise<void> {
    if (text !== "") await write(this.#reader.res, text, this.#gone);
  }
}

const LANE: TurnLane = "long";

/** @param data as JSON; undefined: what it was about is gone */
function event(name: string, data: string | undefined): string {
  return data === undefined ? "" : `event: ${name}\ndata: ${data}\n\n`;
}

import type { Request, RequestHandler } from "express";
import type { TaskLatency } from "../../shared/contract/outlook.ts";
import {
  profileQuery,
  type Timeline,
  type TimelineSpan,
  timelineQuery,
} from "../../shared/contract/timeline.ts";
import { type CsvCell, csvLine } from "../../shared/csv.ts";
import { answerJson } from "../../shared/http/json.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { TaskTimes } from "../record/timeline.ts";
import { type ProfileRow, profileOf } from "../timeline/profile.ts";
import type { FilesEnded, TimelineReader } from "../timeline/reader.ts";
import type { DrawnSpan } from "../timeline/thin.ts";
import { type Clients, noSuchJob } from "./clients.ts";
import { readQuery } from "./findJob.ts";
import { percentilesView } from "./percentiles.ts";
import { untilGone, write } from "./streams.ts";
import { windowOf } from "./timelineWindow.ts";

export interface TimelineDeps {
  readonly reader: Pick<TimelineReader, "read" | "spans">;
  readonly jobs: Pick<RecordOfJobs, "get">;
  readonly clients: Pick<Clients, "sees" | "onlyOf">;
}

/** `GET /timeline` */
export function showTimeline(deps: TimelineDeps): RequestHandler {
  return async (req, res) => {
    const asked = readQuery(timelineQuery, req.query);
    const window = windowOf(asked);
    await requireJob(deps, req, asked.job);
    const read = await deps.reader.read({ ...asked, ...window });
    const sees = sightOf(deps, req);
    const lanes: Timeline["lanes"][number][] = [];
    for (const { slave, slaveId, slot, spans } of read.lanes) {
      const shown: TimelineSpan[] = [];
      for (const span of spans) shown.push(spanView(span, await sees(span.job)));
      lanes.push({ slave, slave_id: slaveId, slot, spans: shown });
    }
    const answer: Timeline = {
      ...window,
      step: read.step,
      lanes,
      throughput: read.files.map(throughputView),
      latency: Object.fromEntries(
        Object.entries(read.times).map(([task, times]) => [task, latencyView(times)]),
      ),
      slaves: read.slaves.map(({ at, slave, slaveId, event, reason }) => ({
        ...{ at, slave, slave_id: slaveId, event },
        ...(reason === undefined ? {} : { reason }),
      })),
    };
    answerJson(res, answer);
  };
}

/** `GET /timeline.csv`: written as fast as the client reads it. */
export function showProfile(deps: TimelineDeps): RequestHandler {
  return async (req, res) => {
    const asked = readQuery(profileQuery, req.query);
    const window = windowOf(asked);
    await requireJob(deps, req, asked.job);
    const sees = sightOf(deps, req);
    const gone = untilGone(res);
    res.type("text/csv");
    await write(res, "slave,slot,from,to,state,task,job,index\r\n", gone);
    for await (const rows of profileOf(deps.reader.spans({ ...asked, ...window }), window)) {
      if (gone.aborted) return;
      let text = "";
      for (const row of rows) text += csvLine(cellsOf(row, await sees(row.span?.job)));
      await write(res, text, gone);
    }
    res.end();
  };
}

/** @throws AppError `no_such_job` (404) */
async function requireJob(
  { jobs, clients }: TimelineDeps,
  req: Request,
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return;
  const job = await jobs.get(id);
  if (job === undefined || !clients.sees(req, job)) throw noSuchJob(id);
}

/** Tells whether the client may know the job of a span. One that was removed is known to clients that see all jobs. */
function sightOf(
  { jobs, clients }: TimelineDeps,
  req: Request,
): (job: string | undefined) => Promise<boolean> {
  if (clients.onlyOf(req) === undefined) return async () => true;
  const known = new Map<string, boolean>();
  return async (id) => {
    if (id === undefined) return false;
    const before = known.get(id);
    if (before !== undefined) return before;
    const job = await jobs.get(id);
    const sees = job !== undefined && clients.sees(req, job);
    known.set(id, sees);
    return sees;
  };
}

function spanView(
  { from, to, task, state, job, index, units, busy }: DrawnSpan,
  sees: boolean,
): TimelineSpan {
  return {
    ...{ from, to, task, state, files: units, busy_seconds: rounded(busy / 1_000) },
    ...(sees && job !== undefined ? { job } : {}),
    ...(sees && index !== undefined ? { index } : {}),
  };
}

function throughputView({ at, milliseconds, done, failed, waiting }: FilesEnded) {
  const seconds = milliseconds / 1_000;
  return { at, seconds, done: rounded(done / seconds), failed: rounded(failed / seconds), waiting };
}

const NO_TIME = { p50: 0, p95: 0 };

function latencyView({ total, wait, run }: TaskTimes): TaskLatency {
  const count = total.reduce((sum, files) => sum + files, 0);
  const [all, waits, runs] = [total, wait, run].map((times) => percentilesView(times) ?? NO_TIME);
  return { ...(all ?? NO_TIME), count, wait: waits ?? NO_TIME, run: runs ?? NO_TIME };
}

function cellsOf({ slave, slot, from, to, span }: ProfileRow, sees: boolean): readonly CsvCell[] {
  if (span === undefined) return [slave, slot, from, to, "idle", "", "", ""];
  return [slave, slot, from, to, "busy", span.task, sees ? span.job : "", sees ? span.index : ""];
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

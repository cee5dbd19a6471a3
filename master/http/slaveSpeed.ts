import type { RequestHandler } from "express";
import { type SlaveSpeed, slaveSpeedQuery } from "../../shared/contract/timeline.ts";
import { answerJson } from "../../shared/http/json.ts";
import type { TimelineReader } from "../timeline/reader.ts";
import type { TaskWork } from "../timeline/taskWork.ts";
import { readQuery } from "./findJob.ts";
import { type ShowSlaveDeps, slaveNamed } from "./fleet.ts";
import { percentilesView } from "./percentiles.ts";
import { windowOf } from "./timelineWindow.ts";

export interface SlaveSpeedDeps extends ShowSlaveDeps {
  readonly reader: Pick<TimelineReader, "work">;
}

/** `GET /slaves/<id>/speed` */
export function showSlaveSpeed({ reader, ...slaves }: SlaveSpeedDeps): RequestHandler {
  return async (req, res) => {
    const { id } = slaveNamed(slaves, req);
    const window = windowOf(readQuery(slaveSpeedQuery, req.query));
    const work = await reader.work(id, window);
    const answer: SlaveSpeed = { ...window, tasks: work.map(taskView).sort((a, b) => b.files - a.files) };
    answerJson(res, answer);
  };
}

function taskView({ task, units, failed, busy, run }: TaskWork): SlaveSpeed["tasks"][number] {
  const seconds = busy / 1_000;
  const times = percentilesView(run);
  return {
    ...{ task, files: units, failed, busy_seconds: rounded(seconds) },
    files_per_second: seconds === 0 ? 0 : rounded(units / seconds),
    ...(times === undefined ? {} : { run: times }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

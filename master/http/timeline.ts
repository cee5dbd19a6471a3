import type { RequestHandler } from "express";
import { profileQuery, type Timeline, timelineQuery } from "../../shared/contract/timeline.ts";
import { answerJson } from "../../shared/http/json.ts";
import { readQuery } from "./findJob.ts";

const HOUR_MS = 3_600_000;

/** `GET /timeline` */
export function showTimeline(): RequestHandler {
  return (req, res) => {
    const { to = Date.now(), from = to - HOUR_MS, width } = readQuery(timelineQuery, req.query);
    const step = Math.ceil((to - from) / width);
    const answer: Timeline = { from, to, step, lanes: [], throughput: [], latency: {}, slaves: [] };
    answerJson(res, answer);
  };
}

/** `GET /timeline.csv` */
export function profile(): RequestHandler {
  return (req, res) => {
    readQuery(profileQuery, req.query);
    res.type("text/csv").send("slave,slot,from,to,state,task,job,index\r\n");
  };
}

import type { RequestHandler } from "express";
import type { MasterMetrics } from "../metrics/metrics.ts";

/** `GET /metrics` in the text format of Prometheus. */
export function showMetrics(metrics: MasterMetrics): RequestHandler {
  return async (_req, res) => {
    res.set("Content-Type", metrics.contentType).send(await metrics.text());
  };
}

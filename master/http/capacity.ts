import type { RequestHandler } from "express";
import { answerJson } from "../../shared/http/json.ts";
import { type CapacityDeps, capacityOf } from "../jobs/capacity.ts";

/** `GET /capacity` */
export function showCapacity(deps: CapacityDeps): RequestHandler {
  return (_req, res) => answerJson(res, capacityOf(deps));
}

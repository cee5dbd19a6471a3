import { z } from "zod";
import { slaveView } from "./about.ts";
import { capacity } from "./capacity.ts";
import { jobView } from "./jobs.ts";

const indexes = z.array(z.number().int().min(0)).describe("indexes of files that changed");

/** Data of the events of `GET /events`, by their names. */
export const fleetEventData = z.object({
  job: jobView,
  slave: slaveView,
  capacity,
  removed: z
    .object({
      id: z.string().describe("id of the job or slave"),
      kind: z.enum(["job", "slave"]).describe("what it was"),
    })
    .describe("a job or slave is gone, or a job no longer matches `q`"),
  files: z
    .object({
      job: z.string().describe("id of the watched job"),
      indexes: indexes.exactOptional(),
      all: z.literal(true).exactOptional().describe("more than 500 files changed: load those that are shown"),
    })
    .describe("files of the job `job` changed"),
  ready: z.object({}).describe("slaves and unfinished jobs were told as they are; changes follow"),
});

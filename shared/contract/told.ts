import { z } from "zod";
import { slaveView } from "./about.ts";
import type { Immutable } from "./immutable.ts";
import { jobOutlook } from "./outlook.ts";

/** What the masters that share a database tell each other, for their views. */

const count = z.number().int().min(0);

/** What a master tells the others of a job that it runs: the record does not hold it. */
const toldJob = z.object({
  id: z.string().describe("id of the job"),
  running: count.describe("files that a slave works on"),
  files: z
    .array(
      z.object({
        index: count.describe("number of the file in the upload"),
        since: z.number().describe("when a slave began with it: milliseconds since 1970"),
      }),
    )
    .describe("these files; some are left out when there are many"),
  outlook: jobOutlook.exactOptional().describe("how fast it is, and why it is not faster"),
});
export type ToldJob = Immutable<z.infer<typeof toldJob>>;

/** What a master tells the others that share its database. */
export const toldMaster = z.object({
  slaves: z.array(slaveView).describe("slaves that registered there"),
  jobs: count.describe("jobs that it runs"),
  files: count.describe("their files that have not ended"),
  waiting: z
    .array(
      z.object({
        task: z.string().describe("name of the task"),
        files: count.describe("files of its jobs that no slave has begun"),
        since: z.number().describe("when the oldest of these jobs was recorded: milliseconds since 1970"),
      }),
    )
    // Masters of the version before do not tell it.
    .default([])
    .describe("files that wait, by task"),
  at_work: z.array(toldJob).default([]).describe("jobs that it runs, those that began last"),
});
export type ToldMaster = Immutable<z.infer<typeof toldMaster>>;

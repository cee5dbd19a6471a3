import { z } from "zod";
import type { Immutable } from "./immutable.ts";
import { attachment, facts, fileView, jobId, next, sha256, taskType } from "./jobs.ts";

/** Lists of results that clients of a master read. */

const count = z.number().int().min(0);

/** `GET /jobs/<id>/results`. */
export const resultList = z.object({
  id: jobId,
  job_id: jobId,
  total: count.describe("results of files, those of other pages included"),
  results: z
    .array(fileView.extend({ name: z.string().describe("name of the result") }))
    .describe("files that are done, in the order of the upload; those of one page"),
  next,
  attachments: z.array(attachment).describe("results of the job as a whole"),
  zip: z.string().describe("where to fetch all of them at once"),
});
export type ResultList = Immutable<z.infer<typeof resultList>>;

/** `GET /results/by-input/<sha256>`. */
export const inputResults = z.object({
  sha256: sha256.describe("SHA-256 of the input, lower-case hex"),
  total: count.describe("results of files with these bytes that the client may see; 10001: more than 10,000"),
  results: z
    .array(
      fileView.extend({
        name: z.string().describe("name of the result"),
        job_id: jobId,
        task_type: taskType,
        options: facts.describe("options with all defaults; secret ones are not there"),
      }),
    )
    .describe("the newest first, of any options and version; those of one page"),
});
export type InputResults = Immutable<z.infer<typeof inputResults>>;

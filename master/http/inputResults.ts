import type { RequestHandler } from "express";
import { inputQuery } from "../../shared/contract/requests.ts";
import type { InputResults } from "../../shared/contract/results.ts";
import { RequestError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { Clients } from "./clients.ts";
import { readQuery } from "./findJob.ts";
import { fileView } from "./views.ts";

export interface InputResultsDeps {
  readonly jobs: Pick<RecordOfJobs, "recorded" | "get">;
  readonly clients: Pick<Clients, "onlyOf">;
  readonly results: ResultsFolder;
}

/** `GET /results/by-input/<sha256>`: the results of files with these bytes, of jobs that the client may see. */
export function resultsByInput({ jobs, clients, results }: InputResultsDeps): RequestHandler {
  return async (req, res) => {
    const { task, limit } = readQuery(inputQuery, req.query);
    const sha256 = digestIn(String(req.params.sha256));
    if (task !== undefined) taskNamed(task);
    const client = clients.onlyOf(req);
    const found = await jobs.recorded.ofInput({ sha256, task, client, limit });
    const known = new Map<string, JobRecord | undefined>();
    const views: InputResults["results"][number][] = [];
    for (const { job: id, file } of found.results) {
      if (!known.has(id)) known.set(id, await jobs.get(id));
      const job = known.get(id);
      if (job === undefined) continue;
      const of = { job_id: id, task_type: job.task, options: job.options };
      views.push({ name: file.resultName, ...of, ...fileView(job, file, { results }) });
    }
    const answer: InputResults = { sha256, total: found.total, results: views };
    answerJson(res, answer);
  };
}

function digestIn(text: string): string {
  const digest = text.toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new RequestError("bad_query", "A SHA-256 has 64 hexadecimal digits.", {
    details: { field: "sha256" },
  });
}

import type { Request } from "express";
import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { JobSpec } from "../jobs/intake.ts";
import type { JobInput } from "../record/newJob.ts";
import type { NamedResult, RecordOfJobs } from "../record/port.ts";
import type { ByteStore } from "../store/port.ts";
import type { Clients } from "./clients.ts";

export interface NamedInputDeps {
  readonly jobs: Pick<RecordOfJobs, "owner" | "get" | "pagesByEnd">;
  readonly store: Pick<ByteStore, "stat" | "get" | "put">;
  readonly clients: Pick<Clients, "sees">;
}

/**
 * The job with the results that its options name as further inputs (`namedInputs` of the task). They are copies, so that
 * either job can be purged without the other.
 * @throws AppError `no_such_result` (404), also for a result of a job that the client does not see; `result_gone` (410)
 */
export async function withNamedInputs(deps: NamedInputDeps, req: Request, spec: JobSpec): Promise<JobSpec> {
  const files: JobInput[] = [...spec.files];
  for (const [option, task] of Object.entries(spec.task.namedInputs)) {
    const wanted = (spec.options as JsonObject)[option];
    if (typeof wanted !== "string") continue;
    const found = await resultNamed(deps, task, wanted);
    const job = found && (await deps.jobs.get(found.job));
    if (found === undefined || job === undefined || !deps.clients.sees(req, job))
      throw refusal("no_such_result", `There is no result ${wanted} of ${task}.`, { status: 404, option });
    if ((await deps.store.stat(found.key)) === undefined)
      throw refusal("result_gone", `The result ${found.name} is no longer kept.`, { status: 410, option });
    const { key, bytes, sha256 } = await deps.store.put(await deps.store.get(found.key), { group: spec.id });
    files.push({ index: files.length, filename: found.name, path: undefined, key, bytes, sha256 });
  }
  return { ...spec, files };
}

/** The result of this name, or the first one of the job of this id. */
async function resultNamed(
  { jobs }: NamedInputDeps,
  task: string,
  wanted: string,
): Promise<NamedResult | undefined> {
  const named = await jobs.owner(task, wanted);
  if (named !== undefined) return { name: wanted, ...named };
  const job = await jobs.get(wanted);
  if (job?.task !== task) return undefined;
  for await (const page of jobs.pagesByEnd(job.id, 0)) {
    const done = page.find(({ state }) => state === "done");
    const owner = done && (await jobs.owner(task, done.resultName));
    if (done !== undefined && owner !== undefined) return { name: done.resultName, ...owner };
  }
  return undefined;
}

function refusal(
  code: "no_such_result" | "result_gone",
  message: string,
  { status, option }: { readonly status: number; readonly option: string },
): AppError {
  return new AppError(code, message, { status, details: { field: `options.${option}` } });
}

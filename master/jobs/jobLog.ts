import type { Logger } from "../../shared/logger.ts";
import type { ChangeHub } from "../hub.ts";
import type { JobEvent } from "../record/events.ts";
import type { JobRecord } from "../record/job.ts";

/** Writes one line for each job that is accepted, and one for its end. */
export function logJobs(hub: Pick<ChangeHub, "watch">, logger: Logger): void {
  const failures = new FailureCodes();
  hub.watch("jobs", ({ job, events }) => {
    if (events.length === 0)
      logger.info(aboutOf(job), `job ${job.id} accepted: ${whatOf(job)}${fromOf(job)}`);
    for (const event of events) {
      if (event.type === "file_failed") failures.add(job.id, event.code);
      else if (isEnd(event)) logEnd(logger, job, failures.take(job.id));
    }
  });
}

/** Failed files of jobs that have not ended, by code. */
class FailureCodes {
  readonly #jobs = new Map<string, Map<string, number>>();

  add(job: string, code: string): void {
    const codes = this.#jobs.get(job) ?? new Map<string, number>();
    this.#jobs.set(job, codes.set(code, (codes.get(code) ?? 0) + 1));
  }

  /** Such as `corrupt_file 3, empty_file 1`; the job is forgotten. */
  take(job: string): string {
    const codes = [...(this.#jobs.get(job) ?? [])].toSorted(([, a], [, b]) => b - a);
    this.#jobs.delete(job);
    return codes.map(([code, count]) => `${code} ${count}`).join(", ");
  }
}

function isEnd({ type }: JobEvent): boolean {
  return type === "ended" || type === "cancelled" || type === "failed";
}

function logEnd(logger: Logger, job: JobRecord, codes: string): void {
  const { id, state, done, failed, cancelled, createdAt, endedAt = createdAt, error } = job;
  const seconds = Math.max(0, endedAt - createdAt) / 1000;
  const counts = [
    `${done} done`,
    ...(failed > 0 ? [`${failed} failed${codes === "" ? "" : ` (${codes})`}`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ];
  const why = error === undefined ? "" : `: ${error}`;
  const sentence = `job ${id} ${state}: ${whatOf(job)}, ${counts.join(", ")}, in ${seconds} s${fromOf(job)}${why}`;
  logger[state === "failed" ? "warn" : "info"](
    { ...aboutOf(job), state, done, failed, cancelled, seconds },
    sentence,
  );
}

function aboutOf({ id, task, total, bytes, client, requestId }: JobRecord) {
  return { job: id, task, files: total, bytes, client, request: requestId };
}

function whatOf({ task, total }: JobRecord): string {
  return `${task}, ${total} file${total === 1 ? "" : "s"}`;
}

/** The client by the name of its token; nothing where no token is needed. */
function fromOf({ client }: JobRecord): string {
  return client === undefined ? "" : `, from ${client}`;
}

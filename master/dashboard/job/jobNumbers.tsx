import type { JobDetail, JobView } from "../../../shared/contract/jobs.ts";
import { isOver } from "../jobs/states.ts";
import { bytes, count, duration, rate } from "../ui/words.ts";

interface JobNumbersProps {
  readonly job: JobView;
  readonly statistics: JobDetail["statistics"];
}

/** The numbers of a job that people look for. */
export function JobNumbers({ job, statistics }: JobNumbersProps) {
  const { counts } = job;
  const { file_wait_seconds: wait, file_run_seconds: run } = statistics;
  const now = job.files_per_second;
  const average = rate(statistics.files_per_second);
  return (
    <div class="kv">
      <Figure value={`${count(counts.done)} / ${count(counts.total)}`} what="files done" />
      <Figure value={count(counts.failed)} what="failed" />
      {counts.cancelled > 0 && <Figure value={count(counts.cancelled)} what="left undone" />}
      {now === undefined || isOver(job) ? (
        <Figure value={`${average}/s`} what="files, on average" />
      ) : (
        <Figure value={`${rate(now)}/s`} what={`now, ${average} on average`} />
      )}
      {wait !== undefined && run !== undefined && (
        <Figure value={`${duration(wait.p50)} / ${duration(run.p50)}`} what="wait / run, median" />
      )}
      {isOver(job) ? (
        <Figure value={duration(statistics.seconds)} what="from start to end" />
      ) : (
        <Figure value={job.eta_seconds === undefined ? "–" : duration(job.eta_seconds)} what="left" />
      )}
      <Figure value={bytes(job.bytes)} what="of input" />
      {(job.cached_files ?? 0) > 0 && (
        <Figure value={count(job.cached_files ?? 0)} what="by results on record" />
      )}
      {statistics.seconds_saved >= 1 && (
        <Figure value={duration(statistics.seconds_saved)} what="saved by second copies" />
      )}
    </div>
  );
}

function Figure({ value, what }: { readonly value: string; readonly what: string }) {
  return (
    <div>
      <b>{value}</b>
      <span>{what}</span>
    </div>
  );
}

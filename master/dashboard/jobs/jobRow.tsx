import type { JobView } from "../../../shared/contract/jobs.ts";
import { Progress, State } from "../ui/state.tsx";
import { ago, count, counted, duration, rate, shortId } from "../ui/words.ts";
import { RowAction } from "./actions.tsx";
import { isOver, jobState } from "./states.ts";

/** One job in a list. */
export function JobRow({ job }: { readonly job: JobView }) {
  return (
    <div class="row">
      <State {...jobState(job)} />
      <span class="what">
        <a class="name" href={job.url} tabIndex={-1}>
          {job.name}
        </a>{" "}
        <a class="mono quiet" href={job.url}>
          {shortId(job.id)}
        </a>
        <br />
        <small>{sentence(job)}</small>
      </span>
      <Progress counts={job.counts} />
      <span class="num">{speed(job)}</span>
      <span class="num">
        {job.eta_seconds === undefined ? "" : `${duration(job.eta_seconds)} left`}
        <RowAction job={job} />
      </span>
    </div>
  );
}

/** What the job is and how it stands, in one line. */
function sentence(job: JobView): string {
  const { counts, task_type: task } = job;
  if (!isOver(job)) {
    const why = job.state === "queued" && job.why !== undefined ? `; ${job.why.text}` : "";
    const started = job.started_at === undefined ? "" : `, started ${ago(job.started_at)}`;
    return `${task}, ${count(counts.done)} of ${counted(counts.total, "file")}${started}${why}`;
  }
  const failed = counts.failed > 0 ? `, ${count(counts.failed)} failed` : "";
  const undone = counts.cancelled > 0 ? `, ${count(counts.cancelled)} left undone` : "";
  const when = job.ended_at === undefined ? "" : `, ended ${ago(job.ended_at)}`;
  return `${task}, ${count(counts.done)} of ${counted(counts.total, "file")} done${failed}${undone}${when}`;
}

/** Files a second: of now while it runs, else over its whole time. */
function speed(job: JobView): string {
  if (job.files_per_second !== undefined) return `${rate(job.files_per_second)} files/s`;
  const seconds = (Date.parse(job.ended_at ?? "") - Date.parse(job.started_at ?? "")) / 1000;
  const files = job.counts.done + job.counts.failed;
  return Number.isNaN(seconds) || seconds <= 0 || files === 0 ? "" : `${rate(files / seconds)} files/s`;
}

import type { JobDetail, JobView } from "../../../shared/contract/jobs.ts";
import { go } from "../app/router.ts";
import { askDelete, cancelJob, retryFailed, unsuccessful } from "../jobs/actions.tsx";
import { isOver, jobState } from "../jobs/states.ts";
import { Progress, State } from "../ui/state.tsx";
import { shortId } from "../ui/words.ts";
import { callbackSentence } from "./callback.ts";
import { JobNumbers } from "./jobNumbers.tsx";
import { askRetry, comparedAt } from "./retryDialog.tsx";

interface JobHeadProps {
  readonly job: JobView;
  readonly statistics: JobDetail["statistics"];
}

/** What the job is, how it stands, and what can be done with it. */
export function JobHead({ job, statistics }: JobHeadProps) {
  return (
    <div class="jobhead">
      <div class="title">
        <div>
          <small class="quiet">
            <a href="/jobs">Jobs</a> / <span class="mono">{shortId(job.id)}</span> · {job.task_type}
            {job.retry_of !== undefined && <RetryOf job={job} before={job.retry_of} />}
          </small>
          <h1>{job.name}</h1>
        </div>
        <Actions job={job} />
      </div>
      <div class="stands">
        <State {...jobState(job)} />
        <Progress counts={job.counts} />
      </div>
      <JobNumbers job={job} statistics={statistics} />
      <Sentences job={job} />
    </div>
  );
}

function RetryOf({ job, before }: { readonly job: JobView; readonly before: string }) {
  return (
    <>
      {" "}
      · retry of{" "}
      <a class="mono" href={`/jobs/${before}`}>
        {shortId(before)}
      </a>{" "}
      ·{" "}
      <a class="inline" href={comparedAt(job.url, before)}>
        Compare with before
      </a>
    </>
  );
}

function Sentences({ job }: { readonly job: JobView }) {
  return (
    <>
      {job.why !== undefined && !isOver(job) && <p class="why">{job.why.text}</p>}
      {job.error !== undefined && <p class="note bad">{job.error}</p>}
      {job.callback !== undefined && <p class="quiet">{callbackSentence(job.callback)}</p>}
      {job.warnings.map(({ code, message }) => (
        <p key={code} class="why">
          {message}
        </p>
      ))}
    </>
  );
}

function Actions({ job }: { readonly job: JobView }) {
  const { failed, done } = job.counts;
  return (
    <div class="actions">
      <button type="button" disabled={done === 0} onClick={() => download(`${job.url}/results.zip`)}>
        Download all
      </button>
      <button
        type="button"
        disabled={unsuccessful(job) === 0 || !isOver(job)}
        onClick={() => void retry(job)}
      >
        Retry failed
      </button>
      {isOver(job) ? (
        <button type="button" class="d" onClick={() => askDelete(job)}>
          Delete job
        </button>
      ) : (
        <button type="button" class="d" onClick={() => void cancelJob(job)}>
          Cancel job
        </button>
      )}
      <small class="links">
        <a href={`${job.url}/results.csv`} download="">
          results.csv
        </a>
        {failed > 0 && (
          <a href={`${job.url}/failures.csv`} download="">
            failures.csv
          </a>
        )}
        {isOver(job) && (
          <button type="button" class="link" onClick={() => askRetry({ job })}>
            Try with other options
          </button>
        )}
      </small>
    </div>
  );
}

async function retry(job: JobView): Promise<void> {
  const next = await retryFailed(job);
  if (next !== undefined) go(next.url);
}

/** Hands an address to the browser's downloads. */
function download(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}

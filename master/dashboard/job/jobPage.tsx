import { useEffect } from "preact/hooks";
import type { FileView, JobDetail, JobView } from "../../../shared/contract/jobs.ts";
import { go, place, search, withQuery } from "../app/router.ts";
import { jobs } from "../data/store.ts";
import { isOver } from "../jobs/states.ts";
import { FilePane } from "../viewers/filePane.tsx";
import { FileFilter } from "./fileFilter.tsx";
import { FileTable } from "./fileTable.tsx";
import { JobHead } from "./jobHead.tsx";
import { step, useJobKeys } from "./jobKeys.ts";
import { RetryDialog } from "./retryDialog.tsx";
import { useFiles } from "./useFiles.ts";

/** One job: how it stands, its files, and the result of the one that is chosen. */
export function JobPage({ id, file }: { readonly id: string; readonly file: number | undefined }) {
  const files = useFiles(id, search.value);
  const { detail, error } = files;
  const job = newest(jobs.value.get(id), detail);
  const total = detail === undefined ? 0 : (detail.matching ?? detail.counts.total);
  const shown = file ?? (detail?.counts.total === 1 ? 0 : undefined);
  const addressOf = (one: FileView) =>
    withQuery({ ...place.value, path: `/jobs/${id}/files/${one.index}` }, {});
  useJobKeys({ job, files, total, selected: shown, addressOf });
  useTitle(job);
  if (files.isGone && detail !== undefined) return <Deleted name={detail.name} />;
  if (job === undefined || detail === undefined) return <Waiting error={error} />;
  return (
    <>
      <JobHead job={job} statistics={detail.statistics} />
      <section class={`card jobfiles ${layoutOf(shown)}`} aria-label="Files">
        <div class="list">
          <FileFilter job={job} />
          {error !== undefined && <p class="note bad">{error}</p>}
          <FileTable job={job} files={files} total={total} selected={shown} addressOf={addressOf} />
        </div>
        {shown !== undefined && (
          <FilePane
            job={job}
            index={shown}
            known={files.pages.row(files.pages.positionOf(shown) ?? -1)}
            onStep={(by) => void step({ files, total, selected: shown, addressOf }, by)}
            onClose={() => go(withQuery({ ...place.value, path: `/jobs/${id}` }, { tab: "", with: "" }))}
          />
        )}
      </section>
      <RetryDialog />
    </>
  );
}

/** The list stands beside the chosen file; two results side by side need its room. */
function layoutOf(shown: number | undefined): string {
  if (shown === undefined) return "";
  return place.value.query.get("tab") === "compare" ? "split alone" : "split";
}

/** The stream tells of a job sooner than its detail is fetched, and not of one that ended before. */
function newest(live: JobView | undefined, detail: JobDetail | undefined): JobView | undefined {
  if (live === undefined || detail === undefined) return live ?? detail;
  return isOver(detail) && !isOver(live) ? detail : live;
}

function Waiting({ error }: { readonly error: string | undefined }) {
  return error === undefined ? (
    <p class="empty">Loading…</p>
  ) : (
    <section class="card empty" role="alert">
      <h1>This job cannot be shown</h1>
      <p>{error}</p>
      <p>
        <a href="/jobs">All jobs</a>
      </p>
    </section>
  );
}

/** The job was there when its view was opened. */
function Deleted({ name }: { readonly name: string }) {
  return (
    <section class="card empty" role="alert">
      <h1>{name}</h1>
      <p>This job was deleted.</p>
      <p>
        <a href="/jobs">All jobs</a>
      </p>
    </section>
  );
}

function useTitle(job: JobView | undefined): void {
  const title = job === undefined ? "manyhands" : `${job.name} · manyhands`;
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = "manyhands";
    };
  }, [title]);
}

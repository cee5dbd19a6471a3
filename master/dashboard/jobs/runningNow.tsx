import { go } from "../app/router.ts";
import { jobs } from "../data/store.ts";
import { counted } from "../ui/words.ts";
import { JobRow } from "./jobRow.tsx";
import { SearchField } from "./searchField.tsx";
import { isOver, needsAttention } from "./states.ts";

/** Rows of the first view; the others are one click away. */
const SHOWN = 8;

/** Jobs that run or wait, and those of late that need a decision. */
export function RunningNow() {
  const all = [...jobs.value.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const open = all.filter((job) => !isOver(job));
  const ended = all.filter(isOver).toSorted((a, b) => Number(needsAttention(b)) - Number(needsAttention(a)));
  const rows = [...open, ...ended].slice(0, SHOWN);
  return (
    <section class="card" aria-label="Jobs">
      <header>
        <h2>{open.length > 0 ? "Running now" : "Latest jobs"}</h2>
        <div class="r">
          <SearchField value="" onSearch={(q) => go(`/jobs?q=${encodeURIComponent(q)}`)} />
          <a class="button" href="/jobs">
            All jobs
          </a>
        </div>
      </header>
      {rows.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
      {rows.length === 0 && <p class="empty">No jobs yet. Drop some files above.</p>}
      {open.length > SHOWN && (
        <p class="foot">
          {SHOWN} of <a href="/jobs">{counted(open.length, "job")}</a> that have not ended
        </p>
      )}
    </section>
  );
}

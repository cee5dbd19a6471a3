import { place, search, setQuery, withQuery } from "../app/router.ts";
import { count, counted } from "../ui/words.ts";
import { BulkBar } from "./bulk.tsx";
import { JobRow } from "./jobRow.tsx";
import { SearchField } from "./searchField.tsx";
import { useJobList } from "./useJobList.ts";

/** Groups of jobs by what their user does with them, as searches. */
const GROUPS = [
  { id: "", title: "All", q: "" },
  { id: "attention", title: "Needs attention", q: "state:partial state:failed" },
  { id: "running", title: "Running", q: "state:queued state:running" },
  { id: "done", title: "Done", q: "state:succeeded state:cancelled" },
] as const;

/** All jobs of the record, live; the address holds the group and the search. */
export function Jobs() {
  const group = GROUPS.find(({ id }) => id === place.value.query.get("show")) ?? GROUPS[0];
  const q = [group.q, search.value].filter((part) => part !== "").join(" ");
  const { shown, more, reload } = useJobList(q);
  return (
    <>
      <h1>Jobs</h1>
      <section class="card" aria-label="Jobs">
        <header>
          <Groups shown={group.id} />
          <div class="r">
            <SearchField value={search.value} onSearch={(next) => setQuery({ q: next }, "push")} />
          </div>
        </header>
        {shown.error !== undefined && (
          <p class="note bad" role="alert">
            {shown.error}
          </p>
        )}
        {q !== "" && shown.total > 0 && <BulkBar q={q} total={shown.total} onDone={reload} />}
        {shown.jobs.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
        {shown.jobs.length === 0 && <Nothing isLoading={shown.isLoading} isSearch={q !== ""} />}
        {shown.jobs.length > 0 && (
          <p class="foot">
            {count(shown.jobs.length)} of {counted(shown.total, "job")}
            {shown.next !== undefined && (
              <button type="button" class="small" onClick={more}>
                Show more
              </button>
            )}
          </p>
        )}
      </section>
    </>
  );
}

function Groups({ shown }: { readonly shown: string }) {
  return (
    <nav class="groups" aria-label="Groups of jobs">
      {GROUPS.map(({ id, title }) => (
        <a
          key={id}
          href={withQuery(place.value, { show: id })}
          aria-current={id === shown ? "page" : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

function Nothing({ isLoading, isSearch }: { readonly isLoading: boolean; readonly isSearch: boolean }) {
  if (isLoading) return <p class="empty">Loading…</p>;
  if (isSearch) return <p class="empty">No job matches.</p>;
  return (
    <p class="empty">
      No jobs yet. <a href="/">Drop some files</a>
    </p>
  );
}

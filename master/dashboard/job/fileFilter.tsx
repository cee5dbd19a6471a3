import type { JobView } from "../../../shared/contract/jobs.ts";
import { search, setQuery } from "../app/router.ts";
import { SearchField } from "../jobs/searchField.tsx";
import { count } from "../ui/words.ts";

/** Which files the list shows: a state by one click, or a search. */
export function FileFilter({ job }: { readonly job: JobView }) {
  const { done, failed, running, total } = job.counts;
  const choices = [
    { title: "All", number: total, q: "" },
    { title: "Failed", number: failed, q: "state:failed" },
    { title: "Running", number: running, q: "state:running" },
    { title: "Done", number: done, q: "state:done" },
  ];
  return (
    <div class="filter">
      <div class="groups">
        {choices.map(({ title, number, q }) => (
          <button
            key={title}
            type="button"
            aria-pressed={search.value === q}
            onClick={() => setQuery({ q })}
            disabled={number === 0 && search.value !== q}
          >
            {title} <span class="quiet">{count(number)}</span>
          </button>
        ))}
      </div>
      <SearchField label="Search files" value={search.value} onSearch={(q) => setQuery({ q }, "push")} />
    </div>
  );
}

import { useEffect, useState } from "preact/hooks";
import type { SlaveView } from "../../../shared/contract/about.ts";
import type { SlaveSpeed } from "../../../shared/contract/timeline.ts";
import { place, setQuery } from "../app/router.ts";
import { getJson, sentenceOf } from "../data/api.ts";
import { masterNow } from "../data/clock.ts";
import { count, duration, rate } from "../ui/words.ts";

const SPANS = [
  { id: "", title: "1 hour", ms: 3_600_000 },
  { id: "1d", title: "1 day", ms: 86_400_000 },
  { id: "7d", title: "7 days", ms: 604_800_000 },
] as const;

/** While the slave works its speed is asked for this often at most. */
const RELOAD_MS = 5_000;

/** How fast the slave is at each task; from the record, so before the last restart, too. */
export function Speed({ slave }: { readonly slave: SlaveView }) {
  const shown = SPANS.find(({ id }) => id === place.value.query.get("last")) ?? SPANS[0];
  const { speed, error } = useSpeed(slave, shown.ms);
  return (
    <section class="card" aria-label="Speed by task">
      <header>
        <h2>Speed by task</h2>
        <div class="r groups">
          {SPANS.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              aria-pressed={id === shown.id}
              onClick={() => setQuery({ last: id })}
            >
              {title}
            </button>
          ))}
        </div>
      </header>
      {error !== undefined && <p class="note bad">{error}</p>}
      {speed?.tasks.length === 0 && <p class="empty">The slave ended no file in this time.</p>}
      {speed !== undefined && speed.tasks.length > 0 && <Tasks tasks={speed.tasks} slots={slave.slots} />}
    </section>
  );
}

interface Known {
  readonly speed?: SlaveSpeed;
  readonly error?: string;
}

function useSpeed({ id, done, failed }: SlaveView, ms: number): Known {
  const [known, setKnown] = useState<Known>({});
  const ended = done + failed;
  useEffect(() => {
    const gone = new AbortController();
    const load = () =>
      getJson<SlaveSpeed>(
        `/slaves/${encodeURIComponent(id)}/speed?from=${Math.max(0, Math.round(masterNow()) - ms)}`,
        gone.signal,
      ).then(
        (speed) => setKnown({ speed }),
        (failure: unknown) => gone.signal.aborted || setKnown({ error: sentenceOf(failure) }),
      );
    void load();
    return () => gone.abort();
  }, [id, ms, useCalm(ended)]);
  return known;
}

/** A number that changes often, as it is now and then. */
function useCalm(value: number): number {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    if (value === calm) return;
    const timer = window.setTimeout(() => setCalm(value), RELOAD_MS);
    return () => clearTimeout(timer);
  }, [value !== calm, calm]);
  return calm;
}

const COLUMNS = ["Files", "Failed", "Files/s of a slot", "of all slots", "Run p50", "Run p95"] as const;

interface TasksProps {
  readonly tasks: SlaveSpeed["tasks"];
  readonly slots: number;
}

function Tasks({ tasks, slots }: TasksProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="widetable" aria-label="Tasks" tabIndex={0}>
      <table class="plaintable">
        <thead>
          <tr>
            <th scope="col">Task</th>
            {COLUMNS.map((title) => (
              <th key={title} scope="col" class="num">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tasks.map(({ task, files, failed, files_per_second: speed, run }) => (
            <tr key={task}>
              <th scope="row">{task}</th>
              {[
                count(files),
                count(failed),
                rate(speed),
                rate(speed * slots),
                run === undefined ? "–" : duration(run.p50),
                run === undefined ? "–" : duration(run.p95),
              ].map((cell, at) => (
                <td key={COLUMNS[at]} class="num">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

import type { Timeline } from "../../../shared/contract/timeline.ts";
import { count, duration } from "../ui/words.ts";

/** Waiting apart from running: waiting says that slots are missing, running that the work is slow. */
export function Latency({ timeline }: { readonly timeline: Timeline }) {
  const tasks = Object.entries(timeline.latency);
  if (tasks.length === 0) return null;
  return (
    <section class="card" aria-label="Latency by task">
      <header>
        <h2>Latency by task</h2>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="widetable" aria-label="Times" tabIndex={0}>
        <table class="plaintable">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col" class="num">
                Files
              </th>
              {["Wait", "Run", "Total"].flatMap((what) => [
                <th key={`${what}50`} scope="col" class="num">
                  {what}, median
                </th>,
                <th key={`${what}95`} scope="col" class="num">
                  {what}, 95 %
                </th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {tasks.map(([task, { p50, p95, count: files, wait, run }]) => (
              <tr key={task}>
                <th scope="row">{task}</th>
                <td class="num">{count(files)}</td>
                {[wait.p50, wait.p95, run.p50, run.p95, p50, p95].map((seconds, at) => (
                  <td key={at} class="num">
                    {duration(seconds)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

import { useMemo, useState } from "preact/hooks";
import { place, setQuery } from "../../app/router.ts";
import { ago, count, shortId } from "../../ui/words.ts";
import { useResult } from "../result.ts";
import type { ViewerProps } from "../viewer.ts";
import { type Difference, differencesOf } from "./differences.ts";
import { type Other, useOthers } from "./others.ts";
import "../style/compare.css";

/** This result beside the one of another job of the same file, such as a retry with other options. */
export function Compare({ job, file }: ViewerProps) {
  const { state, found, error } = useOthers(job, file);
  if (state === "loading") return <p class="quiet">Looking for other results of this file…</p>;
  if (state === "failed") return <p class="note">{error}</p>;
  const wanted = place.value.query.get("with");
  const other = found.find((one) => one.job.id === wanted) ?? found[0];
  if (other === undefined)
    return (
      <p class="empty">
        No other job has a result of this file. Send it again, or retry the job, with other options: both
        results then stand here side by side.
      </p>
    );
  return (
    <>
      <div class="pairing">
        <Side title="This job" job={job} />
        <label>
          Compared with
          <select value={other.job.id} onChange={(event) => setQuery({ with: event.currentTarget.value })}>
            {found.map((one) => (
              <option key={one.job.id} value={one.job.id}>
                {`${shortId(one.job.id)}, ${ago(one.job.created_at)}`}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Options here={job.options} there={other.job.options} />
      <Results file={file} other={other} />
    </>
  );
}

function Side({ title, job }: { readonly title: string; readonly job: ViewerProps["job"] }) {
  return (
    <p>
      <span class="quiet small">{title}</span>
      <br />
      {`${shortId(job.id)}, ${ago(job.created_at)}`}
    </p>
  );
}

function Options({ here, there }: { readonly here: object; readonly there: object }) {
  const { found } = differencesOf(here, there);
  if (found.length === 0) return <p class="quiet small">Both jobs have the same options.</p>;
  return (
    <p class="chips">
      {found.map((difference) => (
        <span key={difference.path} class="chip">
          {difference.path} <b>{written(difference.here)}</b> <i>beside</i> <b>{written(difference.there)}</b>
        </span>
      ))}
    </p>
  );
}

function Results({ file, other }: { readonly file: ViewerProps["file"]; readonly other: Other }) {
  const here = useResult(file);
  const there = useResult(other.file);
  if (here.state === "loading" || there.state === "loading") return <p class="quiet">Loading…</p>;
  if (here.state === "failed") return <p class="note">{here.error}</p>;
  if (there.state === "failed") return <p class="note">{there.error}</p>;
  return <Table here={here.value} there={there.value} />;
}

const STEP = 200;

function Table({ here, there }: { readonly here: unknown; readonly there: unknown }) {
  const { found, same, isCut } = useMemo(() => differencesOf(here, there), [here, there]);
  const [shown, setShown] = useState(STEP);
  if (found.length === 0)
    return <p class="note good">{`Both results are the same in all ${count(same)} values.`}</p>;
  return (
    <>
      <p class="quiet small">
        {`${count(found.length)} values differ, ${count(same)} are the same${isCut ? "; the rest was not compared" : ""}.`}
      </p>
      <table class="grid diff">
        <thead>
          <tr>
            <th>Field</th>
            <th>This job</th>
            <th>The other</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, shown).map((difference) => (
            <Line key={difference.path} difference={difference} />
          ))}
        </tbody>
      </table>
      {found.length > shown && (
        <button type="button" class="link" onClick={() => setShown(shown + 5 * STEP)}>
          {`${count(found.length - shown)} more of ${count(found.length)}`}
        </button>
      )}
    </>
  );
}

function Line({ difference: { path, here, there } }: { readonly difference: Difference }) {
  return (
    <tr>
      <td class="mono">{path}</td>
      <td class={here === undefined ? "absent" : "was"}>{written(here)}</td>
      <td class={there === undefined ? "absent" : "now"}>{written(there)}</td>
    </tr>
  );
}

const CUT = 1_000;

function written(value: unknown): string {
  if (value === undefined) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > CUT ? `${text.slice(0, CUT)}…` : text;
}

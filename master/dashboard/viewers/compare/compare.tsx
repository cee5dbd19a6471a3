import { place, setQuery } from "../../app/router.ts";
import { nextStep } from "../../job/nextStep.ts";
import { fileState } from "../../jobs/states.ts";
import { State } from "../../ui/state.tsx";
import { ago, shortId } from "../../ui/words.ts";
import { LoadedViewer } from "../loaded.tsx";
import { resultViewersFor } from "../resultViewers.ts";
import type { ViewerProps } from "../viewer.ts";
import { differencesOf } from "./differences.ts";
import { type Other, useOthers } from "./others.ts";
import { ValuesThatDiffer } from "./values.tsx";
import { written } from "./written.tsx";
import "../style/compare.css";

/** This result beside the one of another job of the same file, such as the job that this one tries again. */
export function Compare({ job, file }: ViewerProps) {
  const wanted = place.value.query.get("with") ?? "";
  const { state, found, error } = useOthers({ job, file }, wanted);
  if (state === "loading") return <p class="quiet">Looking for other results of this file…</p>;
  if (state === "failed") return <p class="note">{error}</p>;
  const other = found.find((one) => one.job.id === wanted) ?? found[0];
  if (other === undefined)
    return (
      <p class="empty">
        No other job has a result of this file. Try it with other options: both results then stand here side
        by side.
      </p>
    );
  const [before, after] = inOrder({ job, file }, other);
  return (
    <>
      <div class="tools">
        <Choice found={found} shown={other} />
        <Options before={before.job.options} after={after.job.options} />
      </div>
      <div class="sides">
        <Side title="Before" of={before} />
        <Side title="After" of={after} />
      </div>
      <ValuesThatDiffer before={before.file} after={after.file} />
    </>
  );
}

/** Ids of jobs begin with their time. */
function inOrder(own: Other, other: Other): readonly [Other, Other] {
  return own.job.id < other.job.id ? [own, other] : [other, own];
}

function Choice({ found, shown }: { readonly found: readonly Other[]; readonly shown: Other }) {
  return (
    <label class="pairing">
      Compared with
      <select value={shown.job.id} onChange={(event) => setQuery({ with: event.currentTarget.value })}>
        {found.map(({ job }) => (
          <option key={job.id} value={job.id}>
            {`${shortId(job.id)}, ${ago(job.created_at)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

interface OptionsProps {
  readonly before: object;
  readonly after: object;
}

function Options({ before, after }: OptionsProps) {
  const { found } = differencesOf(before, after);
  if (found.length === 0) return <p class="quiet small">Both jobs have the same options.</p>;
  return (
    <p class="chips">
      {found.map((option) => (
        <span key={option.path} class="chip">
          {option.path} <b>{written(option.before)}</b> <i>→</i> <b>{written(option.after)}</b>
        </span>
      ))}
    </p>
  );
}

/** One of the two results, as its viewer shows it. */
function Side({ title, of: { job, file } }: { readonly title: string; readonly of: Other }) {
  const [viewer] = resultViewersFor(job.task_type, file);
  return (
    <section class="side" aria-label={title}>
      <header>
        <h3>{title}</h3>
        <State {...fileState(file)} />
        <span class="quiet">
          <a class="mono" href={`/jobs/${job.id}/files/${file.index}`}>
            {shortId(job.id)}
          </a>
          , {ago(job.created_at)}
        </span>
      </header>
      {file.error !== undefined && <p class="note bad">{nextStep(file)}</p>}
      {viewer !== undefined && <LoadedViewer viewer={viewer} job={job} file={file} />}
    </section>
  );
}

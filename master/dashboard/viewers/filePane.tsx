import { useEffect, useState } from "preact/hooks";
import type { FileView, JobDetail, JobView } from "../../../shared/contract/jobs.ts";
import { getJson, sentenceOf } from "../data/api.ts";
import { watchFiles } from "../data/stream.ts";
import { nextStep } from "../job/nextStep.ts";
import { fileState } from "../jobs/states.ts";
import { State } from "../ui/state.tsx";
import { bytes, duration } from "../ui/words.ts";
import { ViewerPane } from "./pane.tsx";

interface FilePaneProps {
  readonly job: JobView;
  readonly index: number;
  /** The file as the list has it. */
  readonly known: FileView | undefined;
  readonly onClose: () => void;
}

/** The chosen file beside the list: what became of it, and its result in the viewers that fit. */
export function FilePane({ job, index, known, onClose }: FilePaneProps) {
  const { file, error } = useFile(job.id, index, known);
  if (file === undefined) return <div class="view">{error ?? "Loading…"}</div>;
  const { path = file.filename } = file;
  return (
    <div class="view">
      <div class="viewhead">
        <h2 title={path}>{path}</h2>
        <State {...fileState(file)} />
        <span class="keyhints" aria-hidden="true">
          <kbd>p</kbd>
          <kbd>n</kbd>
        </span>
        {file.url !== undefined && (
          <a class="button small" href={file.url} download>
            Download
          </a>
        )}
        <button type="button" class="small" onClick={onClose} aria-label="Close the file">
          ×
        </button>
      </div>
      <small class="quiet">{facts(file)}</small>
      {file.summary !== undefined && <p>{file.summary}</p>}
      {file.error !== undefined && (
        <p class="note bad">
          {nextStep(file)} <span class="mono">{file.code}</span>
        </p>
      )}
      {file.warnings?.map(({ code, message }) => (
        <p key={code} class="why">
          {message}
        </p>
      ))}
      <ViewerPane job={job} file={file} />
    </div>
  );
}

function facts(file: FileView): string {
  const { slave, attempts, wait_seconds: wait, run_seconds: run, bytes: size, result_bytes: result } = file;
  return [
    slave === undefined ? undefined : `slave ${slave}`,
    attempts === 1 ? "first try" : attempts > 1 ? `${attempts} tries` : undefined,
    wait === undefined ? undefined : `waited ${duration(wait)}`,
    run === undefined ? undefined : `ran ${duration(run)}`,
    bytes(size),
    result === undefined ? undefined : `result ${bytes(result)}`,
  ]
    .filter((fact) => fact !== undefined)
    .join(", ");
}

interface Fetched {
  readonly key: string;
  readonly file?: FileView;
  readonly error?: string;
}

/** The file as it is now; it may lie far from the rows that the list has. */
function useFile(job: string, index: number, known: FileView | undefined) {
  const [fetched, setFetched] = useState<Fetched>();
  const key = `${job}/${index}`;
  useEffect(() => {
    const gone = new AbortController();
    const load = () =>
      getJson<JobDetail>(`/jobs/${encodeURIComponent(job)}?from=${index}&limit=1`, gone.signal).then(
        ({ files: [file] }) =>
          setFetched(file === undefined ? { key, error: "The job has no such file." } : { key, file }),
        (failure: unknown) => gone.signal.aborted || setFetched({ key, error: sentenceOf(failure) }),
      );
    void load();
    const stop = watchFiles(job, (changed) => (changed === "all" || changed.includes(index)) && void load());
    return () => {
      stop();
      gone.abort();
    };
  }, [key]);
  const own = fetched?.key === key ? fetched : undefined;
  return { file: own?.file ?? known, error: own?.error };
}

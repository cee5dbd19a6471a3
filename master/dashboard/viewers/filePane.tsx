import { useEffect, useState } from "preact/hooks";
import type { FileView, JobDetail, JobView } from "../../../shared/contract/jobs.ts";
import { getJson, sentenceOf } from "../data/api.ts";
import { watchFiles } from "../data/stream.ts";
import { FileHeader } from "./header.tsx";
import { ViewerPane } from "./pane.tsx";

interface FilePaneProps {
  readonly job: JobView;
  readonly index: number;
  /** The file as the list has it. */
  readonly known: FileView | undefined;
  readonly onClose: () => void;
  /** Shows the file before or after this one in the list. */
  readonly onStep: (by: 1 | -1) => void;
}

/** The chosen file beside the list: what became of it, and its result in the viewers that fit. */
export function FilePane({ job, index, known, onClose, onStep }: FilePaneProps) {
  const { file, error } = useFile(job.id, index, known);
  if (file === undefined) return <div class="view">{error ?? "Loading…"}</div>;
  return (
    <div class="view">
      <FileHeader job={job} file={file} onClose={onClose} onStep={onStep} />
      <ViewerPane job={job} file={file} />
    </div>
  );
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

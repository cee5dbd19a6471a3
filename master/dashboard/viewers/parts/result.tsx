import type { ComponentChildren } from "preact";
import { useErrorBoundary } from "preact/hooks";
import type { FileView } from "../../../../shared/contract/jobs.ts";
import { type Loaded, useResult } from "../result.ts";

interface ResultProps<T> {
  readonly file: FileView;
  readonly task: string;
  readonly children: (result: T) => ComponentChildren;
}

/** Loads the JSON result of a task and shows it, or the sentence that tells why it is not shown. */
export function Result<T>(props: ResultProps<T>) {
  return <ShownResult<T> {...props} result={useResult(props.file)} />;
}

interface ShownResultProps<T> extends ResultProps<T> {
  readonly result: Loaded<unknown>;
}

/** Shows a result that the caller loads. */
export function ShownResult<T>({ file, task, result, children }: ShownResultProps<T>) {
  if (result.state === "loading") return <p class="quiet">Loading…</p>;
  if (result.state === "failed") return <Unshown file={file} reason={result.error} />;
  if (!isOf(task, result.value))
    return <Unshown file={file} reason={`The result has not the fields of version 1 of ${task}.`} />;
  return <Guarded file={file}>{() => children(result.value as T)}</Guarded>;
}

/** Version of the results that these viewers know. */
const VERSION = 1;

function isOf(task: string, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { task: named, schema_version: version } = value as Record<string, unknown>;
  return named === task && version === VERSION;
}

interface GuardedProps {
  readonly file: FileView;
  readonly children: () => ComponentChildren;
}

/** A result that another program made may lack fields: its viewer then fails alone, and the page goes on. */
function Guarded({ file, children }: GuardedProps) {
  const [failure] = useErrorBoundary();
  if (failure !== undefined)
    return <Unshown file={file} reason="The result lacks fields that this view needs: see its JSON." />;
  return <Drawn>{children}</Drawn>;
}

function Drawn({ children }: { readonly children: () => ComponentChildren }) {
  return <>{children()}</>;
}

function Unshown({ file, reason }: { readonly file: FileView; readonly reason: string }) {
  return (
    <div class="note">
      {reason}{" "}
      {file.url !== undefined && (
        <a class="inline" href={file.url} download="">
          Download the result
        </a>
      )}
    </div>
  );
}

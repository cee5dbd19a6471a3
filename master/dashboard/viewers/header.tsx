import type { FileView, JobView } from "../../../shared/contract/jobs.ts";
import { place } from "../app/router.ts";
import { nextStep } from "../job/nextStep.ts";
import { askRetry, comparedAt } from "../job/retryDialog.tsx";
import { fileState, isOver } from "../jobs/states.ts";
import { State } from "../ui/state.tsx";
import { bytes, duration } from "../ui/words.ts";
import { inputUrl } from "./input.ts";

interface FileHeaderProps {
  readonly job: JobView;
  readonly file: FileView;
  readonly onClose: () => void;
  /** Shows the file before or after this one in the list. */
  readonly onStep: (by: 1 | -1) => void;
}

/** Name, work and outcome of a file; links to what went in and what came out. */
export function FileHeader({ job, file, onClose, onStep }: FileHeaderProps) {
  const { path = file.filename, summary } = file;
  return (
    <header class="filehead">
      <div class="viewhead">
        <h2 title={path}>{path}</h2>
        <span class="steps">
          <Step name="Previous file" letter="p" onClick={() => onStep(-1)} />
          <Step name="Next file" letter="n" onClick={() => onStep(1)} />
          <button type="button" class="small" onClick={onClose} aria-label="Close the file">
            ×
          </button>
        </span>
      </div>
      <div class="quiet work">
        <State {...fileState(file)} />
        <span>{workOf(file)}</span>
        <Links job={job} file={file} />
      </div>
      <Again job={job} file={file} />
      {summary !== undefined && job.task_type !== "ocr" && <p class="small">{summary}</p>}
      {file.error !== undefined && (
        <p class="note bad">
          {nextStep(file)} <span class="mono">{file.code}</span>
        </p>
      )}
      {file.warnings?.map(({ code, message }) => (
        <p key={code} class="note">
          {message}
        </p>
      ))}
    </header>
  );
}

interface StepProps {
  readonly name: string;
  readonly letter: string;
  readonly onClick: () => void;
}

function Step({ name, letter, onClick }: StepProps) {
  return (
    <button type="button" class="step" onClick={onClick} aria-label={name} title={name}>
      <kbd>{letter}</kbd>
    </button>
  );
}

function workOf({ slave, attempts, wait_seconds: wait, run_seconds: run }: FileView): string {
  const facts = [
    slave === undefined ? undefined : `slave ${slave}`,
    attempts === 0 ? undefined : attempts === 1 ? "first try" : `${attempts} tries`,
    wait === undefined ? undefined : `waited ${duration(wait)}`,
    run === undefined ? undefined : `ran ${duration(run)}`,
  ];
  return facts.filter((fact) => fact !== undefined).join(", ");
}

/** Another try of the file, and this one beside the one before. */
function Again({ job, file }: Pick<FileHeaderProps, "job" | "file">) {
  if (!isOver(job)) return null;
  const isCompared = place.value.query.get("tab") === "compare";
  return (
    <p class="again">
      <button type="button" class="small" onClick={() => askRetry({ job, file })}>
        Try with other options
      </button>
      {job.retry_of !== undefined && !isCompared && (
        <a class="button small" href={comparedAt(job.url, job.retry_of, file.index)}>
          Compare with before
        </a>
      )}
    </p>
  );
}

function Links({ job, file }: Pick<FileHeaderProps, "job" | "file">) {
  return (
    <span class="filelinks">
      <a class="inline" href={inputUrl(job, file)} download="">
        Original
      </a>{" "}
      {bytes(file.bytes)}
      {file.url !== undefined && (
        <>
          {" · "}
          <a class="inline" href={file.url} download="">
            Result
          </a>{" "}
          {bytes(file.result_bytes ?? 0)}
        </>
      )}
    </span>
  );
}

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { TaskView } from "../../../shared/contract/about.ts";
import type { FileView, JobView } from "../../../shared/contract/jobs.ts";
import { go } from "../app/router.ts";
import { sentenceOf } from "../data/api.ts";
import { tasks } from "../data/store.ts";
import { OptionField } from "../drop/optionField.tsx";
import { changedOptions, type OptionValues, optionsOf } from "../drop/schema.ts";
import { tryAgain } from "../jobs/actions.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { counted } from "../ui/words.ts";

/** What is to be tried again with other options: a file, or files of the job. */
interface AskedRetry {
  readonly job: JobView;
  readonly file?: FileView;
}

const asked = signal<AskedRetry | undefined>(undefined);

export function askRetry(retry: AskedRetry): void {
  asked.value = retry;
}

const close = () => {
  asked.value = undefined;
};

/** The dialog, while it is asked for. */
export function RetryDialog() {
  return asked.value === undefined ? null : <Asked retry={asked.value} />;
}

type Choice = "failed" | "all";

/** Tries files again with other options than the job had, as a new job that is compared with this one. */
function Asked({ retry: { job, file } }: { readonly retry: AskedRetry }) {
  const [values, setValues] = useState<OptionValues>({});
  const [choice, setChoice] = useState<Choice>(job.counts.failed > 0 ? "failed" : "all");
  const [error, setError] = useState("");
  const task = taskOf(job);
  const files = file === undefined ? choice : [file.index];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      const options = task === undefined ? {} : changedOptions(task.options, values, job.options);
      const next = await tryAgain(job, { options, files });
      close();
      go(file === undefined ? next.url : comparedAt(next.url, job.id));
    } catch (failure) {
      setError(sentenceOf(failure));
    }
  };
  return (
    <Dialog title={file === undefined ? "Try files again" : `Try ${file.filename} again`} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        {file === undefined && <Choices job={job} choice={choice} onChoice={setChoice} />}
        <Options job={job} values={values} onChange={setValues} />
        {error !== "" && (
          <p class="err" role="alert">
            {error}
          </p>
        )}
        <div class="ends">
          <button type="button" onClick={close}>
            Keep
          </button>
          <button type="submit" class="p">
            Try {counted(numberOf(job, files), "file")} again
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function taskOf({ task_type: wanted }: JobView): TaskView | undefined {
  return tasks.value.find(({ task_type: name }) => name === wanted);
}

interface OptionsProps {
  readonly job: JobView;
  readonly values: OptionValues;
  readonly onChange: (values: OptionValues) => void;
}

function Options({ job, values, onChange }: OptionsProps) {
  const task = taskOf(job);
  if (task === undefined) return null;
  return (
    <div class="retryoptions">
      {optionsOf(task.options).map(([name, schema]) => (
        <OptionField
          key={name}
          name={name}
          schema={schema}
          choices={taskOf(job)?.choices?.[name]}
          value={name in values ? values[name] : shownValue(job.options[name])}
          onChange={(value) => onChange({ ...values, [name]: value })}
        />
      ))}
    </div>
  );
}

/** Address of a file's result beside the one of the job before. */
export function comparedAt(url: string, before: string, index = 0): string {
  return `${url}/files/${index}?tab=compare&with=${before}`;
}

function numberOf({ counts }: JobView, files: Choice | readonly number[]): number {
  if (typeof files !== "string") return files.length;
  return files === "all" ? counts.total : counts.failed + counts.cancelled;
}

interface ChoicesProps {
  readonly job: JobView;
  readonly choice: Choice;
  readonly onChoice: (choice: Choice) => void;
}

function Choices({ job, choice, onChoice }: ChoicesProps) {
  const { counts } = job;
  const left = counts.failed + counts.cancelled;
  if (left === 0 || left === counts.total) return null;
  return (
    <label>
      Which files
      <select value={choice} onChange={(event) => onChoice(event.currentTarget.value as Choice)}>
        <option value="failed">{`the ${counted(left, "file")} without a result`}</option>
        <option value="all">{`all ${counted(counts.total, "file")}, to compare the results`}</option>
      </select>
    </label>
  );
}

/** A secret option is told as `***`, which is no value to send again. */
function shownValue(value: unknown): unknown {
  return value === "***" ? undefined : value;
}

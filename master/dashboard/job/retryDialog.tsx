import { useState } from "preact/hooks";
import type { JobView } from "../../../shared/contract/jobs.ts";
import { go } from "../app/router.ts";
import { tasks } from "../data/store.ts";
import { OptionField } from "../drop/optionField.tsx";
import { changedOptions, type OptionValues, optionsOf } from "../drop/schema.ts";
import { retryFailed } from "../jobs/actions.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { counted } from "../ui/words.ts";

/** Tries the failed files again with other options than the job had. */
export function RetryDialog({ job, onClose }: { readonly job: JobView; readonly onClose: () => void }) {
  const [values, setValues] = useState<OptionValues>({});
  const task = tasks.value.find(({ task_type: name }) => name === job.task_type);
  const options = task === undefined ? [] : optionsOf(task.options);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const changed = task === undefined ? {} : changedOptions(task.options, values);
    const next = await retryFailed(job, changed);
    onClose();
    if (next !== undefined) go(next.url);
  };
  return (
    <Dialog title={`Retry ${counted(job.counts.failed, "failed file")} with other options`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div class="retryoptions">
          {options.map(([name, schema]) => (
            <OptionField
              key={name}
              name={name}
              schema={schema}
              value={name in values ? values[name] : shownValue(job.options[name])}
              onChange={(value) => setValues({ ...values, [name]: value })}
            />
          ))}
        </div>
        <div class="ends">
          <button type="button" onClick={onClose}>
            Keep
          </button>
          <button type="submit" class="p">
            Retry {counted(job.counts.failed, "file")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A secret option is told as `***`, which is no value to send again. */
function shownValue(value: unknown): unknown {
  return value === "***" ? undefined : value;
}

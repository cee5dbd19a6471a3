import type { Signal } from "@preact/signals";
import type { TaskView } from "../../../shared/contract/about.ts";
import { aliveSlaves, tasks } from "../data/store.ts";
import { counted } from "../ui/words.ts";
import type { Refusal } from "./limits.ts";
import { OptionField } from "./optionField.tsx";
import { type Picked, picked } from "./picked.ts";
import { RefusedFiles } from "./refused.tsx";
import { type FieldSchema, type OptionValues, splitOptions } from "./schema.ts";

interface SendPanelProps {
  readonly task: TaskView | undefined;
  readonly able: readonly TaskView[];
  readonly doubtful: readonly Picked[];
  readonly refusal: Refusal | undefined;
  readonly values: Signal<OptionValues>;
  readonly name: Signal<string>;
  readonly onTask: (name: string) => void;
  readonly onSend: () => void;
}

export function SendPanel(props: SendPanelProps) {
  const { task, able, doubtful, refusal, values, name, onTask, onSend } = props;
  return (
    <form
      class="opts"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <TaskSelect task={task} able={able} onTask={onTask} />
      {task !== undefined && <Options key={task.task_type} task={task} values={values} />}
      <label>
        Name
        <input
          type="text"
          maxLength={200}
          placeholder="of the job; its folder or first file by default"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <SendButton isReady={task !== undefined && refusal === undefined} />
      {refusal !== undefined && <RefusedFiles {...refusal} />}
      {doubtful.length > 0 && (
        <RefusedFiles
          text={`${counted(doubtful.length, "file")} will likely be refused by ${task?.task_type ?? "the task"}`}
          files={doubtful}
        />
      )}
      {aliveSlaves.value.length === 0 && (
        <p class="note">
          No slave is alive: the job waits for one. <a href="/slaves">Start a slave</a>
        </p>
      )}
    </form>
  );
}

function TaskSelect({ task, able, onTask }: Pick<SendPanelProps, "task" | "able" | "onTask">) {
  return (
    <div class="field">
      <label for="task">Task</label>
      <select id="task" value={task?.task_type ?? ""} onChange={(event) => onTask(event.currentTarget.value)}>
        {tasks.value.map((one) => (
          <option key={one.task_type} value={one.task_type} disabled={!able.includes(one)}>
            {one.task_type}: {one.title.toLowerCase()}
            {able.includes(one) ? "" : " (no slave can do it now)"}
          </option>
        ))}
      </select>
    </div>
  );
}

function SendButton({ isReady }: { readonly isReady: boolean }) {
  const number = picked.value.length;
  return (
    <button type="submit" class="p" disabled={!isReady || number === 0} aria-label="Send files">
      {number === 0 ? "Send files" : `Send ${counted(number, "file")}`}
    </button>
  );
}

function Options({ task, values }: { readonly task: TaskView; readonly values: Signal<OptionValues> }) {
  const { main, more } = splitOptions(task.options);
  const field = ([name, schema]: readonly [string, FieldSchema]) => (
    <OptionField
      key={name}
      name={name}
      schema={schema}
      choices={task.choices?.[name]}
      value={values.value[name]}
      onChange={(value) => {
        values.value = { ...values.value, [name]: value };
      }}
    />
  );
  return (
    <>
      <div class="main">{main.map(field)}</div>
      {more.length > 0 && (
        <details class="more">
          <summary>{counted(more.length, "more option")}</summary>
          <div>{more.map(field)}</div>
        </details>
      )}
    </>
  );
}

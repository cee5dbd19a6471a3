import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { go } from "../app/router.ts";
import { aliveSlaves, limits, slaves, tasks } from "../data/store.ts";
import { loadTasks } from "../data/tasks.ts";
import { RunningNow } from "../jobs/runningNow.tsx";
import { doubtful, guessTask } from "./guess.ts";
import { refusalOf } from "./limits.ts";
import { addPicked, fromPaste, picked } from "./picked.ts";
import type { OptionValues } from "./schema.ts";
import { changedOptions } from "./schema.ts";
import { Sending } from "./sending.tsx";
import { SendPanel } from "./sendPanel.tsx";
import { startUpload, upload } from "./upload.ts";
import { DropZone } from "./zone.tsx";

/** Files in, one click, and their job is on its way. */
export function Drop() {
  usePaste();
  useFreshTasks();
  useOpenJob();
  const chosen = useSignal<string | undefined>(undefined);
  const values = useSignal<OptionValues>({});
  const name = useSignal("");
  const able = ableTasks();
  const task = tasks.value.find(
    ({ task_type: known }) => known === (chosen.value ?? guessTask(picked.value, able)),
  );
  const send = () => {
    if (task === undefined) return;
    const options = changedOptions(task.options, values.value);
    const { task_type, field } = task;
    startUpload({ task: task_type, field, options, files: picked.value, name: name.value.trim() });
  };
  return (
    <>
      <h1 class="hidden">Drop files</h1>
      {upload.value === undefined ? (
        <section class="card drop" aria-label="New job">
          <DropZone task={task} />
          <SendPanel
            task={task}
            able={able}
            refusal={refusalOf(picked.value, limits.value)}
            doubtful={picked.value.length === 0 ? [] : doubtful(picked.value, task)}
            values={values}
            name={name}
            onTask={(next) => {
              chosen.value = next;
              values.value = {};
            }}
            onSend={send}
          />
        </section>
      ) : (
        <Sending upload={upload.value} />
      )}
      <RunningNow />
    </>
  );
}

/** Tasks that a live slave can do; all while there is no slave, as jobs wait for one. */
function ableTasks() {
  const alive = [...slaves.value.values()].filter(({ state }) => state === "alive");
  if (alive.length === 0) return tasks.value;
  return tasks.value.filter(({ task_type: name }) => alive.some((slave) => slave.tasks.includes(name)));
}

/** The slaves that are alive decide which languages there are. */
function useFreshTasks(): void {
  const alive = aliveSlaves.value.map(({ id }) => id).join(" ");
  const known = useRef(alive);
  useEffect(() => {
    if (known.current === alive) return;
    known.current = alive;
    // The lists of before stay where the master is away.
    loadTasks().catch(() => undefined);
  }, [alive]);
}

function usePaste(): void {
  useEffect(() => {
    const take = (event: ClipboardEvent) => {
      const inField = event.target instanceof Element && event.target.closest("input,textarea") !== null;
      if (!inField && event.clipboardData !== null) addPicked(fromPaste(event.clipboardData));
    };
    document.addEventListener("paste", take);
    return () => document.removeEventListener("paste", take);
  }, []);
}

/** Opens the job when its upload is complete. */
function useOpenJob(): void {
  const id = upload.value?.job?.id;
  useEffect(() => {
    if (id === undefined) return;
    upload.value = undefined;
    picked.value = [];
    go(`/jobs/${id}`);
  }, [id]);
}

import type { Command } from "commander";
import { UsageError } from "../exit.ts";
import type { TaskView } from "../sdk/index.ts";
import { type ConnectionFlags, withOutput } from "./connection.ts";
import { OPTION_FIELDS, TASK_FIELDS } from "./fields.ts";
import { taskLines, tasksLines } from "./listLines.ts";
import { optionSchemas } from "./optionSchema.ts";
import type { RunCommand } from "./runCommand.ts";
import { type Shown, show } from "./show.ts";

/** `tasks [name]` */
export function addTasks(program: Command, run: RunCommand): void {
  const command = program
    .command("tasks")
    .description("list the tasks; with a name: one task with its options")
    .argument("[name]");
  withOutput(command).action((name: string | undefined, flags: ConnectionFlags) =>
    show(run, flags, async ({ client, signal }) => {
      const tasks = await client.tasks.list({ signal });
      return name === undefined ? tasksShown(tasks) : taskShown(taskIn(tasks, name));
    }),
  );
}

function taskIn(tasks: readonly TaskView[], name: string): TaskView {
  const task = tasks.find((known) => known.task_type === name);
  if (task !== undefined) return task;
  throw new UsageError(`There is no task ${name}.`, { valid_values: tasks.map((known) => known.task_type) });
}

function tasksShown(tasks: readonly TaskView[]): Shown {
  return {
    document: { tasks },
    rows: tasks,
    fields: TASK_FIELDS,
    lines: (terminal) => tasksLines(tasks, terminal),
  };
}

function taskShown(task: TaskView): Shown {
  const options = Object.entries(optionSchemas(task.options));
  return {
    document: task,
    rows: options.map(([name, schema]) => ({ name, ...schema })),
    fields: OPTION_FIELDS,
    lines: (terminal) => taskLines(task, terminal),
  };
}

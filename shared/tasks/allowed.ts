import type { Allowance, TaskDefinition } from "./task.ts";

/** Values of variables that allow steps, by the variable. */
export type Allowed = Readonly<Record<string, string>>;

/** The tasks with those of their steps that the slave's owner allows. A task without any is not offered. */
export function allowedTasks(tasks: readonly TaskDefinition[], allowed: Allowed): readonly TaskDefinition[] {
  return tasks
    .map((task) => withAllowedSteps(task, allowed))
    .filter(({ steps }) => Object.keys(steps).length > 0);
}

function withAllowedSteps(task: TaskDefinition, allowed: Allowed): TaskDefinition {
  const all = Object.entries(task.steps);
  const steps = all.filter(([, { allowedBy }]) => allowedBy === undefined || allows(allowedBy, allowed));
  return steps.length === all.length ? task : { ...task, steps: Object.fromEntries(steps) };
}

function allows({ variable, values }: Allowance, allowed: Allowed): boolean {
  return values.includes(allowed[variable] ?? "");
}

/** What a slave's owner must set before it offers a step of the task: `ALLOW_FUNCTIONS=sandbox`; undefined: nothing. */
export function allowanceOf({ steps }: TaskDefinition, step?: string): string | undefined {
  const needed = step === undefined ? Object.values(steps) : [steps[step]];
  const [first] = needed;
  if (first?.allowedBy === undefined || needed.some((info) => info?.allowedBy === undefined))
    return undefined;
  return `${first.allowedBy.variable}=${first.allowedBy.values[0]}`;
}

/** How long things may take, in seconds. Each is counted apart: waiting never eats running time. */
export interface Budgets {
  /** A unit in the queue, until a slave begins with it; all its waits together. */
  readonly waiting: number;
  /** The work on one unit, each try anew. */
  readonly running: number;
  /** The work on one unit without a sign of progress. */
  readonly silence: number;
  /** A job from its upload to its end. */
  readonly total: number;
}

const DAY = 86_400;

/** Where neither the operator nor the task says otherwise. */
const DEFAULTS: Budgets = { waiting: 7 * DAY, running: 600, silence: 120, total: 14 * DAY };

/** The variable that sets a budget for every task. */
export const BUDGET_VARIABLES: Readonly<Record<keyof Budgets, string>> = {
  waiting: "QUEUE_SECONDS",
  running: "UNIT_RUN_SECONDS",
  silence: "UNIT_SILENCE_SECONDS",
  total: "JOB_SECONDS",
};

/** Budgets that a lease gives to each of its units. */
export type LeaseBudgets = Pick<Budgets, "running" | "silence">;

/** What is in force: the operator's word, else the task's own, else the default; a job may only ask for less. */
export function budgetsOf(
  task: { readonly budgets?: MaybeBudgets },
  operator: MaybeBudgets,
  wish: MaybeBudgets = {},
): Budgets {
  const one = (name: keyof Budgets) => {
    const limit = operator[name] ?? task.budgets?.[name] ?? DEFAULTS[name];
    return Math.min(wish[name] ?? limit, limit);
  };
  return { waiting: one("waiting"), running: one("running"), silence: one("silence"), total: one("total") };
}

/** Some of the budgets. */
export type MaybeBudgets = { readonly [K in keyof Budgets]?: Budgets[K] | undefined };

/** The end of a message about a budget that was used up: what raises it. */
export function raisedBy(name: keyof Budgets): string {
  return `Its budget \`${name}\` is set by ${BUDGET_VARIABLES[name]}; a job may ask for less (\`budgets\`).`;
}

/** Time budgets in seconds. Each is counted apart: time spent waiting is not charged to the running time. */
export interface Budgets {
  /** Time of a unit in the queue until a slave begins with it; the sum of all its waits. */
  readonly waiting: number;
  /** Time of one attempt at a unit. */
  readonly running: number;
  /** Longest time of an attempt without a sign of progress. */
  readonly silence: number;
  /** Time of a job from its upload to its end. */
  readonly total: number;
}

const DAY = 86_400;

/** Budgets that neither the operator nor the task sets. */
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

/** Budgets in force: those of the operator, else of the task, else the default ones; a job may only lower them. */
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

/** Last sentence of a message about a budget that was used up: it names the variable that raises the budget. */
export function raisedBy(name: keyof Budgets): string {
  return `Its budget \`${name}\` is set by ${BUDGET_VARIABLES[name]}; a job may ask for less (\`budgets\`).`;
}

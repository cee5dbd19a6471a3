/** How long things may take, in seconds. Each is counted apart: waiting never eats running time. */
export interface Budgets {
  /** A unit in the queue, until a slave begins with it. */
  readonly waiting: number;
  /** The work on one unit, each try anew. */
  readonly running: number;
  /** The work on one unit without a sign of progress. */
  readonly silence: number;
  /** A job from its upload to its end. */
  readonly total: number;
}

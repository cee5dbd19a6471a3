import { z } from "zod";

const seconds = z.number().positive().max(1e9);

/** Budgets that a client may ask for, in seconds: the form field `budgets` of `POST /assign_task`. */
export const budgetWish = z.strictObject({
  waiting: seconds.optional().describe("most seconds that a unit waits for a slave"),
  running: seconds.optional().describe("most seconds that a unit runs"),
  silence: seconds.optional().describe("most seconds without progress of a unit"),
  total: seconds.optional().describe("most seconds of the job as a whole"),
});

/** Budgets of each unit of a lease, in seconds: the form field `budgets` of `POST /get_task`. */
export const leaseBudgets = budgetWish.pick({ running: true, silence: true });

import { z } from "zod";

const seconds = z.number("a number of seconds is needed").positive("a number above 0 is needed").max(1e9);

/** Budgets that a client may ask for, in seconds: the form field `budgets` of `POST /assign_task`. */
export const budgetWish = z.strictObject({
  waiting: seconds.optional(),
  running: seconds.optional(),
  silence: seconds.optional(),
  total: seconds.optional(),
});

/** Budgets of each unit of a lease, in seconds: the form field `budgets` of `POST /get_task`. */
export const leaseBudgets = budgetWish.pick({ running: true, silence: true });

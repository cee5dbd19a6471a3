import { expect, test } from "vitest";
import { budgetWish } from "../contract/budgets.ts";
import { budgetsOf } from "./budgets.ts";

const day = 86_400;

test.each([
  ["the default", {}, {}, {}, 600],
  ["a task's own", { running: 1_800 }, {}, {}, 1_800],
  ["the operator's before the task's", { running: 1_800 }, { running: 60 }, {}, 60],
  ["a job that asks for less", {}, { running: 60 }, { running: 5 }, 5],
  ["a job that asks for more than it may have", {}, { running: 60 }, { running: 500 }, 60],
])("%s", (_what, budgets, operator, wish, running) => {
  expect(budgetsOf({ budgets }, operator, wish)).toEqual({
    waiting: 7 * day,
    running,
    silence: 120,
    total: 14 * day,
  });
});

test.each([
  { running: 0 },
  { running: -1 },
  { total: "5" },
  { runing: 5 },
  [],
  null,
  { waiting: Number.NaN },
])("no budgets: %j", (wish) => expect(budgetWish.safeParse(wish).success).toBe(false));

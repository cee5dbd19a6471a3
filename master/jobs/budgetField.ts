import { budgetWish } from "../../shared/contract/budgets.ts";
import { RequestError } from "../../shared/errors.ts";
import { checked, firstFault, inJson, sentenceOf } from "../../shared/schema.ts";
import { BUDGET_VARIABLES, type MaybeBudgets } from "../../shared/tasks/budgets.ts";

/**
 * The form field `budgets`: a JSON object with any of `waiting`, `running`, `silence`, `total`, in seconds.
 * @throws RequestError `bad_budgets`
 */
export function parseBudgets(text: string | undefined): MaybeBudgets | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const parsed = checked(inJson(budgetWish), text);
  if (parsed.success) return parsed.data;
  throw badBudgets(sentenceOf(firstFault(parsed.error, "budgets")));
}

function badBudgets(problem: string): RequestError {
  const valid = Object.keys(BUDGET_VARIABLES);
  return new RequestError("bad_budgets", `${problem}.`, {
    details: {
      field: "budgets",
      valid_values: valid,
      hint: `Seconds above 0, as in {"running": 60}. There are ${valid.join(", ")}.`,
    },
  });
}

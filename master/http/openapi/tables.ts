import type { Operation } from "./operation.ts";

function table(summary: string, description: string) {
  return {
    tag: "Results",
    summary,
    description,
    access: "client",
    path: ["id"],
    answers: {
      200: { description: "A table.", content: { "text/csv": "text" }, headers: ["Content-Disposition"] },
    },
    errors: { 404: ["no_such_job"] },
  } as const;
}

const FORM = "RFC 4180, UTF-8; an apostrophe stands before texts that a spreadsheet would compute.";

/** What a job did, for spreadsheets. */
export const TABLE_OPERATIONS = {
  "GET /jobs/{id}/failures.csv": table("Sends the files that failed or were cancelled, as a table", FORM),
  "GET /jobs/{id}/results.csv": table(
    "Sends the main fields of each result, as a table",
    `A line for each file that is done; the columns follow from the task. ${FORM}`,
  ),
} as const satisfies Record<string, Operation>;

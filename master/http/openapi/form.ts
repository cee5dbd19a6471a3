import { z } from "zod";
import { budgetWish } from "../../../shared/contract/budgets.ts";
import { MAX_CALLBACK } from "../../../shared/contract/callback.ts";
import { jobCache, jobPriority, MAX_JOB_NAME } from "../../../shared/contract/requests.ts";
import { TASKS } from "../../../shared/tasks/registry.ts";
import { asInput, bare, type JsonSchema, optionsName, refOf, refTo } from "./schemas.ts";

/** Bytes of a body. Generators of clients look for the format, which OpenAPI 3.1 itself does not ask for. */
export const BYTES: JsonSchema = {
  type: "string",
  format: "binary",
  contentMediaType: "application/octet-stream",
};

const UPLOADS: JsonSchema = {
  type: "string",
  description:
    'files that came in several requests (`/uploads`): their ids with commas between, or JSON: ["<id>", {"id": "<id>", "field": "texts", "index": 0}]',
};

/** The form of an upload: the tasks' own fields, options by task. */
export function uploadForm(): JsonSchema {
  const fields = new Map<string, string[]>();
  for (const { field, otherFields, name } of TASKS)
    for (const one of [field, ...otherFields]) fields.set(one, [...(fields.get(one) ?? []), name]);
  const files = [...fields].map(([field, tasks]) => [
    field,
    { type: "array", items: BYTES, description: `files for ${tasks.join(", ")}` },
  ]);
  return {
    type: "object",
    properties: {
      task_type: {
        type: "string",
        enum: TASKS.map(({ name }) => name),
        description:
          "may be left out where only one task takes the field of the files; images then means image",
      },
      options: {
        description: "options of the task, as JSON",
        anyOf: TASKS.map(({ name }) => ({ $ref: refOf(optionsName(name)) })),
      },
      budgets: {
        ...refTo(budgetWish),
        description: "time budgets in seconds, as JSON; they only shorten those of the master",
      },
      name: {
        type: "string",
        maxLength: MAX_JOB_NAME,
        description: "name of the job for people; unless given it is made of the names of the files",
      },
      callback: {
        type: "string",
        format: "uri",
        maxLength: MAX_CALLBACK,
        description:
          "http or https: the end of the job is told there by a signed webhook (`webhooks` of this description)",
      },
      uploads: UPLOADS,
      priority: asInput(bare(z.toJSONSchema(jobPriority, { io: "input" }))),
      cache: asInput(bare(z.toJSONSchema(jobCache, { io: "input" }))),
      ...Object.fromEntries(files),
    },
  };
}

import type { Request } from "express";
import { RequestError } from "../../shared/errors.ts";
import { DEFAULT_TASK, TASKS } from "../../shared/tasks/registry.ts";
import { fieldName, type UploadedFile } from "../jobs/intake.ts";
import { addressOf } from "./address.ts";

/**
 * The task of an upload without `task_type`: the only one that takes files under the field that all its files have.
 * `images` means the task `image`, as in the classic service.
 * @throws RequestError `no_task`
 */
export function taskOfFields(req: Request, files: readonly Pick<UploadedFile, "field">[]): string {
  const fields = new Set(files.map(fieldName));
  const [field, ...others] = fields;
  const able = TASKS.filter((task) => others.length === 0 && task.field === field).map(({ name }) => name);
  if (able.includes(DEFAULT_TASK)) return DEFAULT_TASK;
  const [only, ...more] = able;
  if (only !== undefined && more.length === 0) return only;
  throw noTask(req, { able, fields: [...fields] });
}

interface Untold {
  /** Tasks that take the field of the files; empty when the field tells nothing. */
  readonly able: readonly string[];
  readonly fields: readonly string[];
}

function noTask(req: Request, { able, fields }: Untold): RequestError {
  const valid = able.length > 0 ? able : TASKS.map(({ name }) => name);
  const came = fields.length === 0 ? "no files came" : `files came under ${fields.join(" and ")}`;
  const ambiguous = able.length > 0 ? `, which ${able.join(" and ")} take` : "";
  return new RequestError(
    "no_task",
    `task_type is missing, and ${came}${ambiguous}. Add -F task_type=${valid.join(" or ")}.`,
    {
      details: { field: "task_type", valid_values: valid, hint: `For example: ${exampleOf(req, valid[0])}` },
    },
  );
}

/** @throws RequestError `not_multipart` */
export function refuseOtherBodies(req: Request): void {
  const type = (req.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  if (/^multipart\//i.test(type)) return;
  const sent =
    type === "" ? "The request has no form" : `The request's body is ${type.slice(0, 100)}, not a form`;
  throw new RequestError("not_multipart", `${sent}. Files are sent like this: ${exampleOf(req, "text")}`, {
    details: { field: "Content-Type", valid_values: ["multipart/form-data"] },
  });
}

/** A command that sends a file of this task to the address of the request. */
function exampleOf(req: Request, task: string | undefined): string {
  const { name, field } = TASKS.find((known) => known.name === task) ?? { name: "text", field: "texts" };
  return `curl -F task_type=${name} -F ${field}=@FILE ${addressOf(req)}/assign_task`;
}

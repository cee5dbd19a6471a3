import type { z } from "zod";
import type { ErrorCode } from "../../shared/codes.ts";
import { type LeaseFields, leaseFields, SAME_ID } from "../../shared/contract/lease.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { MultipartForm } from "../../shared/http/multipart.ts";
import { checked, faultOf, firstFault, NOT_JSON, type SchemaFault, sentenceOf } from "../../shared/schema.ts";
import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";
import { DEFAULT_TASK } from "../../shared/tasks/registry.ts";
import type { JsonObject, TaskDefinition } from "../../shared/tasks/task.ts";
import { badHandover } from "./handedOver.ts";
import { badSharedInputs } from "./sharedInputs.ts";
import { badStoreInputs } from "./storeInputs.ts";

export interface WorkUnit {
  readonly id: string;
  /** Name of its first file, for messages. */
  readonly filename: string;
  readonly files: readonly LocalFile[];
  readonly args: JsonObject;
  /** Number of budgets `running` that it may use up. */
  readonly fileBudgets: number;
}

/** A lease that was read and checked. Without a step it is a whole job with all its files. */
export interface ReceivedLease {
  readonly task: TaskDefinition;
  readonly step: string | undefined;
  readonly options: object;
  readonly files: readonly LocalFile[];
  readonly units: readonly WorkUnit[];
  /** What the master allows; seconds. */
  readonly budgets: MaybeBudgets;
}

/** The form's text fields. @throws RequestError `bad_field`, `bad_options`, `bad_budgets`, `bad_units`, `bad_handover`, `bad_shared_inputs`, `bad_store_inputs` */
export function fieldsOf(form: MultipartForm<LocalFile>): LeaseFields {
  const parsed = checked(leaseFields, form.fields);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw issue === undefined ? parsed.error : refusal(issue, form.fields);
}

/** @throws RequestError `unknown_task` */
export function taskOf(
  { task_type = DEFAULT_TASK }: LeaseFields,
  tasks: readonly TaskDefinition[],
): TaskDefinition {
  const task = tasks.find(({ name }) => name === task_type);
  if (task !== undefined) return task;
  throw new RequestError("unknown_task", `Unknown task type: ${task_type}`, {
    details: { field: "task_type", valid_values: tasks.map(({ name }) => name) },
  });
}

/** Files that the request itself carries, under the task's field. */
export function sentFiles(form: MultipartForm<LocalFile>, task: TaskDefinition): LocalFile[] {
  return form.files.filter((file) => file.field === task.field).map((file) => file.stored);
}

/**
 * @throws RequestError `no_files`, `unknown_step`, `bad_options`, `bad_units`;
 *   AppError `step_version_mismatch` (409)
 */
export function leaseOf(
  fields: LeaseFields,
  task: TaskDefinition,
  files: readonly LocalFile[],
): ReceivedLease {
  if (files.length === 0)
    throw new RequestError("no_files", task.missingFiles, {
      details: { field: task.field, hint: `Files of this task go into the field ${task.field}.` },
    });
  const step = stepOf(task, fields);
  const options = optionsOf(task, fields);
  return { task, step, options, files, units: unitsOf(fields, files), budgets: fields.budgets ?? {} };
}

function stepOf(task: TaskDefinition, { step, step_version: version }: LeaseFields): string | undefined {
  if (step === undefined) return undefined;
  const info = Object.hasOwn(task.steps, step) ? task.steps[step] : undefined;
  if (info === undefined) throw unknownStep(task, step);
  if (version !== undefined && version !== info.version)
    throw new AppError(
      "step_version_mismatch",
      `This slave has version ${info.version} of the step ${step}, not ${version}.`,
      { status: 409, details: { field: "step_version", valid_values: [info.version] } },
    );
  return step;
}

export function unknownStep(task: TaskDefinition, step: string): RequestError {
  return new RequestError("unknown_step", `The task ${task.name} has no step ${step}.`, {
    details: { field: "step", valid_values: Object.keys(task.steps) },
  });
}

/** The options of a step are what the task's `run` gave it; the task's schema need not know them. */
function optionsOf(task: TaskDefinition, { step, options }: LeaseFields): object {
  if (step !== undefined && options !== undefined) return options;
  // A master of the Python service sends neither a step nor options.
  const parsed = checked(task.options, options ?? task.classicOptions ?? {});
  if (parsed.success) return parsed.data;
  throw badOptions(firstFault(parsed.error, "options"));
}

function unitsOf({ units }: LeaseFields, files: readonly LocalFile[]): WorkUnit[] {
  if (units === undefined)
    return files.map((file, index) => ({
      id: String(index),
      filename: file.filename,
      files: [file],
      args: {},
      fileBudgets: 1,
    }));
  return units.map(({ id, files: indexes, args = {}, file_budgets: fileBudgets = 1 }) => {
    const own = indexes.map((index) => fileAt(files, index));
    return { id, filename: own[0]?.filename ?? "", files: own, args, fileBudgets };
  });
}

function fileAt(files: readonly LocalFile[], index: number): LocalFile {
  const file = files[index];
  if (file === undefined) throw badUnits(`there is no file ${index}`);
  return file;
}

type Issue = z.core.$ZodIssue;

/** The first fault of the form, as its client is told. */
function refusal(issue: Issue, given: MultipartForm<LocalFile>["fields"]): RequestError {
  const [first, ...path] = issue.path;
  const field = String(first);
  if (typeof given[field] !== "string")
    return new RequestError("bad_field", `The field ${field} must be given once.`, { details: { field } });
  if (field === "handover") return badHandover(issue);
  if (field === "shared_inputs") return badSharedInputs(undefined, issue);
  if (field === "store_inputs") return badStoreInputs(issue);
  if (issue.message === NOT_JSON)
    return new RequestError(codeOf(field), `The field ${field} is not JSON.`, { details: { field } });
  if (field === "units")
    return badUnits(issue.message === SAME_ID ? SAME_ID : "units must be a list of {id, files, args}");
  const fault = faultOf({ ...issue, path }, field);
  return field === "options" ? badOptions(fault) : badBudgets(fault);
}

function codeOf(field: string): ErrorCode {
  if (field === "units") return "bad_units";
  return field === "options" ? "bad_options" : "bad_budgets";
}

function badUnits(what: string): RequestError {
  return new RequestError("bad_units", `The field units cannot be used: ${what}.`, {
    details: { field: "units" },
  });
}

function badOptions(fault: SchemaFault): RequestError {
  return new RequestError("bad_options", `${sentenceOf(fault)}.`, {
    details: { field: "options" },
  });
}

function badBudgets(fault: SchemaFault): RequestError {
  return new RequestError("bad_budgets", `${sentenceOf(fault)}.`, {
    details: { field: "budgets", valid_values: ["running", "silence"] },
  });
}

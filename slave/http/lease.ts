import { z } from "zod";
import { leaseUnits } from "../../shared/contract/fleet.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import { type MultipartForm, textField } from "../../shared/http/multipart.ts";
import { leaseBudgets, type MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";
import { DEFAULT_TASK } from "../../shared/tasks/registry.ts";
import type { JsonObject, TaskDefinition } from "../../shared/tasks/task.ts";

export interface WorkUnit {
  readonly id: string;
  /** Name of its first file, for messages. */
  readonly filename: string;
  readonly files: readonly LocalFile[];
  readonly args: JsonObject;
}

/** A request as understood. Without a step it is for the whole job: all files of it are here. */
export interface ReceivedLease {
  readonly task: TaskDefinition;
  readonly step: string | undefined;
  readonly options: object;
  readonly files: readonly LocalFile[];
  readonly units: readonly WorkUnit[];
  /** What the master allows; seconds. */
  readonly budgets: MaybeBudgets;
}

/** @throws RequestError `unknown_task` */
export function taskIn(form: MultipartForm<LocalFile>, tasks: readonly TaskDefinition[]): TaskDefinition {
  return taskOf(textField(form, "task_type") ?? DEFAULT_TASK, tasks);
}

/** Those under the task's field. */
export function sentFiles(form: MultipartForm<LocalFile>, task: TaskDefinition): LocalFile[] {
  return form.files.filter((file) => file.field === task.field).map((file) => file.stored);
}

/**
 * Fields beside `task_type` and files, from masters of ours: `step`, `step_version`, `options`, `units`, `budgets`.
 * @throws RequestError `no_files`, `unknown_step`, `bad_options`, `bad_budgets`, `bad_units`;
 *   AppError `step_version_mismatch` (409)
 */
export function parseLease(
  form: MultipartForm<LocalFile>,
  task: TaskDefinition,
  files: readonly LocalFile[],
): ReceivedLease {
  if (files.length === 0)
    throw new RequestError("no_files", task.missingFiles, {
      details: { field: task.field, hint: `Files of this task go into the field ${task.field}.` },
    });
  const step = stepOf(task, textField(form, "step"), textField(form, "step_version"));
  const budgets = budgetsIn(textField(form, "budgets"));
  const options = optionsOf(task, textField(form, "options"), step !== undefined);
  return { task, step, options, files, units: unitsOf(textField(form, "units"), files), budgets };
}

function taskOf(name: string, tasks: readonly TaskDefinition[]): TaskDefinition {
  const task = tasks.find((known) => known.name === name);
  if (task !== undefined) return task;
  throw new RequestError("unknown_task", `Unknown task type: ${name}`, {
    details: { field: "task_type", valid_values: tasks.map((known) => known.name) },
  });
}

function stepOf(task: TaskDefinition, step: string | undefined, version: string | undefined) {
  if (step === undefined) return undefined;
  const info = Object.hasOwn(task.steps, step) ? task.steps[step] : undefined;
  if (info === undefined)
    throw new RequestError("unknown_step", `The task ${task.name} has no step ${step}.`, {
      details: { field: "step", valid_values: Object.keys(task.steps) },
    });
  if (version !== undefined && Number(version) !== info.version)
    throw new AppError(
      "step_version_mismatch",
      `This slave has version ${info.version} of the step ${step}, not ${version}.`,
      { status: 409, details: { field: "step_version", valid_values: [info.version] } },
    );
  return step;
}

/** With a step they are what `run` said, which the task's schema need not know. */
function optionsOf(task: TaskDefinition, text: string | undefined, isForStep: boolean): object {
  const given = text === undefined ? {} : parseJson("options", text);
  const parsed = (isForStep && text !== undefined ? z.record(z.string(), z.json()) : task.options).safeParse(
    given,
  );
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "options";
  throw new RequestError("bad_options", `options: ${where}: ${issue?.message ?? "not valid"}`, {
    details: { field: "options" },
  });
}

function budgetsIn(text: string | undefined): MaybeBudgets {
  if (text === undefined) return {};
  const parsed = leaseBudgets.safeParse(parseJson("budgets", text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RequestError("bad_budgets", `budgets: ${issue?.path.join(".")}: ${issue?.message}`, {
    details: { field: "budgets", valid_values: ["running", "silence"] },
  });
}

function unitsOf(text: string | undefined, files: readonly LocalFile[]): WorkUnit[] {
  if (text === undefined)
    return files.map((file, index) => ({
      id: String(index),
      filename: file.filename,
      files: [file],
      args: {},
    }));
  const parsed = leaseUnits.min(1).safeParse(parseJson("units", text));
  if (!parsed.success) throw badUnits("units must be a list of {id, files, args}");
  if (new Set(parsed.data.map(({ id }) => id)).size < parsed.data.length)
    throw badUnits("two units have one id");
  return parsed.data.map(({ id, files: indexes, args }) => {
    const own = indexes.map((index) => fileAt(files, index));
    return { id, filename: own[0]?.filename ?? "", files: own, args: args ?? {} };
  });
}

function fileAt(files: readonly LocalFile[], index: number): LocalFile {
  const file = files[index];
  if (file === undefined) throw badUnits(`there is no file ${index}`);
  return file;
}

function parseJson(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RequestError(`bad_${field}`, `The field ${field} is not JSON.`, { details: { field }, cause });
  }
}

function badUnits(what: string): RequestError {
  return new RequestError("bad_units", `The field units cannot be used: ${what}.`, {
    details: { field: "units" },
  });
}

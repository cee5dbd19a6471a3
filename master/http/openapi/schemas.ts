import { z } from "zod";
import {
  health,
  openapi,
  problem,
  readiness,
  slaveList,
  slaveView,
  stats,
  taskList,
  taskView,
} from "../../../shared/contract/about.ts";
import { budgetWish } from "../../../shared/contract/budgets.ts";
import { registerAnswer, registerRequest } from "../../../shared/contract/fleet.ts";
import {
  acceptedJob,
  assignAnswer,
  assignLine,
  cancelledJob,
  fileView,
  jobCounts,
  jobDetail,
  jobEventData,
  jobList,
  jobStatistics,
  jobView,
  resultList,
  speculation,
} from "../../../shared/contract/jobs.ts";
import { retryWish, slavesWish } from "../../../shared/contract/requests.ts";
import { optionsSchema } from "../../../shared/tasks/options.ts";
import { TASKS } from "../../../shared/tasks/registry.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Messages by the names that the description has for them. */
const ANSWERS = {
  AssignAnswer: assignAnswer,
  AssignLine: assignLine,
  AcceptedJob: acceptedJob,
  Job: jobView,
  JobList: jobList,
  JobDetail: jobDetail,
  JobCounts: jobCounts,
  JobStatistics: jobStatistics,
  JobEventData: jobEventData,
  CancelledJob: cancelledJob,
  File: fileView,
  ResultList: resultList,
  Speculation: speculation,
  Slave: slaveView,
  SlaveList: slaveList,
  Registered: registerAnswer,
  Task: taskView,
  TaskList: taskList,
  Stats: stats,
  Health: health,
  Readiness: readiness,
  Description: openapi,
  Problem: problem,
};
const REQUESTS = {
  Register: registerRequest,
  NewSlaves: slavesWish,
  RetryWish: retryWish,
  Budgets: budgetWish,
};

const NAMES = new Map<z.ZodType, string>(
  Object.entries({ ...ANSWERS, ...REQUESTS }).map(([name, schema]) => [schema, name]),
);

/** @throws Error for a message that has no name yet */
export function refTo(schema: z.ZodType): { readonly $ref: string } {
  const name = NAMES.get(schema);
  if (name === undefined)
    throw new Error("a message of the description has no name: add it to ANSWERS or REQUESTS in schemas.ts");
  return { $ref: refOf(name) };
}

export function refOf(name: string): string {
  return `#/components/schemas/${name}`;
}

/** `ImageOptions` for `image`. */
export function optionsName(task: string): string {
  return `${task.charAt(0).toUpperCase()}${task.slice(1)}Options`;
}

/** All messages as JSON Schema, and the options of each task. */
export function componentSchemas(): Record<string, JsonSchema> {
  const options = TASKS.map((task) => [optionsName(task.name), bare(optionsSchema(task))]);
  return { ...schemasOf(ANSWERS, "output"), ...schemasOf(REQUESTS, "input"), ...Object.fromEntries(options) };
}

function schemasOf(named: Record<string, z.ZodType>, io: "input" | "output"): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: refOf, io, unrepresentable: "any" });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)]));
}

/** A schema without `$schema` and `$id`, which would contradict its place in the document. */
export function bare({ $schema: _schema, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

import { z } from "zod";
import {
  health,
  openapi,
  problem,
  readiness,
  resultSchemaDocument,
  slaveList,
  slaveView,
  stats,
  taskList,
  taskView,
  uploadLimits,
  versionView,
} from "../../../shared/contract/about.ts";
import { budgetWish } from "../../../shared/contract/budgets.ts";
import { bulkAnswer } from "../../../shared/contract/bulk.ts";
import { capacity } from "../../../shared/contract/capacity.ts";
import {
  registerAnswer,
  registerRequest,
  signOff,
  signOffAnswer,
  slaveCheck,
  slaveCheckAnswer,
} from "../../../shared/contract/fleet.ts";
import { fleetEventData } from "../../../shared/contract/fleetEvents.ts";
import { jobEventData } from "../../../shared/contract/jobEvents.ts";
import {
  assignAnswer,
  assignLine,
  cancelledJob,
  fileView,
  jobCounts,
  jobDetail,
  jobList,
  jobStatistics,
  jobView,
  speculation,
} from "../../../shared/contract/jobs.ts";
import { bulkRetryWish, bulkWish, retryWish, slavesWish } from "../../../shared/contract/requests.ts";
import { inputResults, resultList } from "../../../shared/contract/results.ts";
import { sessionView, sessionWish } from "../../../shared/contract/session.ts";
import { slaveSpeed, timeline } from "../../../shared/contract/timeline.ts";
import { jobWebhook } from "../../../shared/contract/webhook.ts";
import { optionsSchema } from "../../../shared/tasks/options.ts";
import { TASKS } from "../../../shared/tasks/registry.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Messages by the names that the description has for them. */
const ANSWERS = {
  AssignAnswer: assignAnswer,
  AssignLine: assignLine,
  Job: jobView,
  JobList: jobList,
  JobDetail: jobDetail,
  JobCounts: jobCounts,
  JobStatistics: jobStatistics,
  JobEventData: jobEventData,
  JobWebhook: jobWebhook,
  FleetEventData: fleetEventData,
  CancelledJob: cancelledJob,
  File: fileView,
  ResultList: resultList,
  InputResults: inputResults,
  BulkAnswer: bulkAnswer,
  Speculation: speculation,
  Slave: slaveView,
  SlaveList: slaveList,
  Registered: registerAnswer,
  SignedOff: signOffAnswer,
  SlaveChecked: slaveCheckAnswer,
  Task: taskView,
  TaskList: taskList,
  UploadLimits: uploadLimits,
  Stats: stats,
  Timeline: timeline,
  SlaveSpeed: slaveSpeed,
  Capacity: capacity,
  Health: health,
  Version: versionView,
  Session: sessionView,
  Readiness: readiness,
  Description: openapi,
  ResultSchema: resultSchemaDocument,
  Problem: problem,
};
const REQUESTS = {
  Register: registerRequest,
  SignOff: signOff,
  SlaveCheck: slaveCheck,
  SignIn: sessionWish,
  NewSlaves: slavesWish,
  RetryWish: retryWish,
  BulkWish: bulkWish,
  BulkRetryWish: bulkRetryWish,
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
  return `${camelCase(task)}Options`;
}

/** `MeanJobResult` for `mean-job`. */
function resultName(schema: string): string {
  return `${camelCase(schema)}Result`;
}

function camelCase(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** All messages as JSON Schema, the options of each task, and its results. */
export function componentSchemas(): Record<string, JsonSchema> {
  const options = TASKS.map((task) => [optionsName(task.name), asInput(bare(optionsSchema(task)))]);
  return {
    ...withResults(schemasOf(ANSWERS, "output")),
    ...mapped(schemasOf(REQUESTS, "input"), asInput),
    ...Object.fromEntries(options),
    ...resultComponents(),
  };
}

/** Schemas of JSON results by their names: `text`, `mean`, `mean-job`. */
export const RESULT_SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(
  TASKS.flatMap((task) => Object.entries(task.results)),
);

/** A later version may add fields, so that others than these are not refused. */
export function resultSchemaOf(schema: z.ZodType): JsonSchema {
  return bare(z.toJSONSchema(schema, { io: "input" }));
}

/** The results by their names, and the parts that they share with themselves. */
function resultComponents(): Record<string, JsonSchema> {
  const found = [...RESULT_SCHEMAS].flatMap(([name, schema]) => {
    const { $defs = {}, ...whole } = resultSchemaOf(schema);
    return [[resultName(name), whole], ...Object.entries($defs)];
  });
  const local = JSON.stringify(Object.fromEntries(found));
  return JSON.parse(local.replaceAll('"#/$defs/', `"${refOf("")}`));
}

/** Says what `result` of a file is: by its member `task` one of the tasks' results. */
function withResults({ File: file = {}, ...others }: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const tasks = TASKS.filter(({ name, results }) => name in results);
  const anyOf = tasks.map(({ name }) => ({ $ref: refOf(resultName(name)) }));
  const result = { ...Object(file.properties?.result), anyOf };
  return { ...others, File: { ...file, properties: { ...file.properties, result } } };
}

function mapped(schemas: Record<string, JsonSchema>, change: (schema: JsonSchema) => JsonSchema) {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
}

/**
 * A schema of what a client sends: its defaults stand in descriptions. Generators of clients make a member with `default`
 * one that must be given.
 */
export function asInput(schema: JsonSchema): JsonSchema {
  return withoutDefaults(schema) as JsonSchema;
}

function withoutDefaults(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDefaults);
  if (typeof node !== "object" || node === null) return node;
  const { default: usual, ...members } = node as { default?: unknown; description?: string };
  const inner = Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, withoutDefaults(value)]),
  );
  if (usual === undefined) return inner;
  const told = `Default: ${JSON.stringify(usual)}.`;
  const { description } = members;
  return { ...inner, description: description === undefined ? told : `${asSentence(description)} ${told}` };
}

function asSentence(text: string): string {
  return /[.!?)]$/.test(text) ? text : `${text}.`;
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

import { z } from "zod";
import { SLAVE_STATES } from "./fleet.ts";
import type { Immutable } from "./immutable.ts";
import { facts, speculation } from "./jobs.ts";

/** What clients of a master read beside jobs: `/slaves`, `/stats`, `/tasks`, errors. */

const count = z.number().int().min(0);

export const slaveView = z.object({
  id: z.string().describe("the same for an address and port"),
  name: z.string(),
  address: z.string(),
  state: z.enum(SLAVE_STATES),
  classic: z.boolean().describe("a slave of the classic service"),
  version: z.string().exactOptional(),
  slots: count,
  busy: count.describe("units that it was given and has not answered yet, running or waiting"),
  tasks: z.array(z.string()),
  done: count,
  failed: count,
  last_seen: z.string().exactOptional().describe("ISO 8601, UTC"),
  cpu: z.number().exactOptional().describe("load of its machine per core over the last minute"),
  memory: z.number().exactOptional().describe("resident bytes of the slave and its children"),
  working_on: z
    .array(z.object({ task: z.string(), step: z.string(), filename: z.string(), seconds: z.number().min(0) }))
    .exactOptional(),
});
export type SlaveView = Immutable<z.infer<typeof slaveView>>;

export const slaveList = z.object({ slaves: z.array(slaveView) });

export const taskView = z.object({
  task_type: z.string(),
  title: z.string(),
  summary: z.string(),
  field: z.string().describe("the form field of its files"),
  extensions: z.array(z.string()).describe("a hint: content decides"),
  options: facts.describe("JSON Schema of `options`"),
  result: z.string().describe("what a file is saved as"),
});
export type TaskView = Immutable<z.infer<typeof taskView>>;

export const taskList = z.object({ tasks: z.array(taskView) });

/** `GET /stats`: numbers of now, and counts since the master started. */
export const stats = z.object({
  version: z.string(),
  uptime_seconds: z.number().min(0),
  memory_bytes: count,
  jobs: z.object({ running: count, files_left: count, bytes_left: count }),
  speculation,
  units: z.object({ waiting: count, leased: count, bytes_waiting: count }),
  slaves: z.object({
    total: count,
    alive: count,
    slots: count,
    busy: count,
    done: count,
    failed: count,
  }),
});
export type Stats = Immutable<z.infer<typeof stats>>;

export const health = z.object({ status: z.literal("ok") });
export const readiness = z.object({ status: z.enum(["ready", "no_slaves"]), slaves: count });

/** `GET /openapi.json`. */
export const openapi = z.looseObject({ openapi: z.string(), paths: z.looseObject({}) });

/** RFC 9457, with a sentence in `error` as the classic service had it. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  error: z.string().describe("a sentence for people"),
  code: z.string().describe("for programs; stays the same"),
  field: z.string().exactOptional().describe("what of the request is wrong"),
  valid_values: z.array(z.unknown()).exactOptional(),
  hint: z.string().exactOptional(),
});
export type Problem = Immutable<z.infer<typeof problem>>;

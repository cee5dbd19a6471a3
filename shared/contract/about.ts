import { z } from "zod";
import { CONNECT_WAYS, SLAVE_STATES } from "./fleet.ts";
import type { Immutable } from "./immutable.ts";
import { facts, speculation } from "./jobs.ts";

/** What clients of a master read beside jobs: `/slaves`, `/stats`, `/tasks`, errors. */

const count = z.number().int().min(0);

export const slaveView = z.object({
  id: z.string().describe("id of the slave, the same for an address and port"),
  name: z.string().describe("name of the slave, by default of its machine"),
  address: z
    .string()
    .describe("host and port where the master calls it; `out:` and the id for a slave that connects out"),
  connect: z
    .enum(CONNECT_WAYS)
    .exactOptional()
    .describe(
      "`direct`: the master connects to it; `out`: it holds a connection to the master (`SLAVE_CONNECT=out`)",
    ),
  master: z
    .string()
    .exactOptional()
    .describe("address of the master that it registered at; only where several masters share a database"),
  state: z
    .enum(SLAVE_STATES)
    .describe("`pending`: has not answered the master yet; only `alive` slaves get work"),
  classic: z.boolean().describe("whether it is a slave of the classic service"),
  version: z.string().exactOptional().describe("its version of manyhands"),
  slots: count.describe("units that it can work on at a time"),
  reason: z.string().exactOptional().describe("why it is not `alive`, for people"),
  busy: count.describe("slots that have a unit"),
  waiting: count.describe("units that wait at the slave for a slot"),
  tasks: z.array(z.string()).describe("tasks that it can do"),
  done: count.describe(
    "units that it answered since it registered; a file that fails by its own fault counts, too",
  ),
  failed: count.describe("units that it could not finish, through no fault of the file"),
  last_seen: z.string().exactOptional().describe("when it answered last: ISO 8601, UTC"),
  cpu: z.number().exactOptional().describe("load of its machine per core over the last minute"),
  memory: z.number().exactOptional().describe("resident bytes of the slave and its children"),
  working_on: z
    .array(
      z.object({
        task: z.string().describe("name of the task"),
        step: z.string().describe("step of the task"),
        filename: z.string().describe("name of the unit's first file"),
        seconds: z.number().min(0).describe("seconds since it began"),
      }),
    )
    .exactOptional()
    .describe("units that it works on"),
});
export type SlaveView = Immutable<z.infer<typeof slaveView>>;

export const slaveList = z.object({ slaves: z.array(slaveView).describe("slaves that registered") });

export const taskView = z.object({
  task_type: z.string().describe("name of the task"),
  title: z.string().describe("a few words for people"),
  summary: z.string().describe("one sentence about its inputs and results"),
  field: z.string().describe("the form field of its files"),
  extensions: z.array(z.string()).describe("a hint: content decides"),
  options: facts.describe("JSON Schema of `options`"),
  choices: z
    .record(z.string(), z.array(z.string()))
    .exactOptional()
    .describe(
      "values of options that all live slaves can do, by option: `languages` of `ocr`, of which several are joined by `+`; not there while no slave tells",
    ),
  result: z.string().describe("what a file is saved as"),
});
export type TaskView = Immutable<z.infer<typeof taskView>>;

/** What an upload may be, so that a client need not send it to hear of a refusal. */
export const uploadLimits = z.object({
  max_file_bytes: count.describe("largest file of an upload, in bytes (MAX_FILE_BYTES)"),
  max_files: count.describe("most files of one upload (MAX_FILES)"),
  max_upload_bytes: count.describe("room for an upload on the master's disks now, in bytes"),
});
export type UploadLimits = Immutable<z.infer<typeof uploadLimits>>;

export const taskList = z.object({
  tasks: z.array(taskView).describe("tasks of the master"),
  limits: uploadLimits.describe("what an upload may be"),
});
export type TaskList = Immutable<z.infer<typeof taskList>>;

const masterView = z.object({
  id: z.string().describe("id of the master, another one after each start"),
  url: z.string().describe("where it is reached, as far as it knows"),
  version: z.string().describe("its version of manyhands"),
  started_at: z.string().describe("when it started: ISO 8601, UTC"),
  is_this: z.boolean().describe("whether it is the one that answers"),
  slaves: count.describe("its slaves that are alive"),
  slots: count.describe("their slots"),
  busy: count.describe("slots that have a unit"),
  jobs: count.describe("jobs that it runs"),
  files_left: count.describe("their files that have not ended"),
});
export type MasterView = Immutable<z.infer<typeof masterView>>;

/** `GET /stats`: numbers of now, and counts since the master started. */
export const stats = z.object({
  version: z.string().describe("version of the master"),
  uptime_seconds: z.number().min(0).describe("seconds since the master started"),
  origins: z
    .array(z.string())
    .describe(
      "where other machines of its networks reach the master: `http://10.0.0.2:4000`; none while it listens on loopback alone",
    ),
  memory_bytes: count.describe("resident bytes of the master's process"),
  jobs: z
    .object({
      running: count.describe("jobs that have not ended"),
      files_left: count.describe("their files that have not ended"),
      bytes_left: count.describe("size of these files, in bytes"),
    })
    .describe("jobs that have not ended"),
  speculation,
  cache: z
    .object({
      files: count.describe("files whose result was on record, and which no slave did"),
      seconds: z.number().min(0).describe("seconds that slaves' children worked on these results before"),
    })
    .describe("work that recorded results have saved since the master started"),
  units: z
    .object({
      waiting: count.describe("units that wait for a slave"),
      leased: count.describe("units that slaves have"),
      bytes_waiting: count.describe("size of the files of waiting units, in bytes"),
    })
    .describe("units of running jobs, as far as they are in the queue"),
  slaves: z
    .object({
      total: count.describe("slaves that registered"),
      alive: count.describe("slaves that get work"),
      slots: count.describe("slots of slaves that get work"),
      busy: count.describe("units that slaves have"),
      done: count.describe("units that they did since they registered"),
      failed: count.describe("units that ended with an error since they registered"),
    })
    .describe("slaves, and what they did"),
  masters: z
    .array(masterView)
    .exactOptional()
    .describe(
      "masters that share the database and are alive; only where they do. All other numbers are this one's",
    ),
});
export type Stats = Immutable<z.infer<typeof stats>>;

export const health = z.object({ status: z.literal("ok").describe("the process answers") });
/** `GET /version`. */
export const versionView = z.object({
  name: z.literal("manyhands").describe("name of the program"),
  version: z.string().describe("version of the master"),
  node: z.string().describe("version of Node.js that it runs on"),
  started_at: z.string().describe("when the master started: ISO 8601, UTC"),
});
export type VersionView = Immutable<z.infer<typeof versionView>>;

const away = (why: string) =>
  z
    .object({ code: z.string().describe(why), message: z.string().describe("a sentence for a person") })
    .exactOptional();

export const readiness = z.object({
  status: z
    .enum(["ready", "no_slaves", "store_away", "queue_away", "database_away"])
    .describe(
      "whether a slave can be given work, and the database, the queue and the store of the master can be used",
    ),
  slaves: count.describe("slaves that are alive"),
  store: away(
    "why: `store_unavailable`, `store_refused`, `no_such_bucket`, `clock_wrong`, `no_space`",
  ).describe("only while the bucket of the master cannot be used"),
  database: away("why: `database_unavailable`").describe(
    "only while the database of the master does not answer",
  ),
  queue: away("why: `queue_unavailable`").describe(
    "only while the queue that the master shares with others does not answer",
  ),
});
export type Readiness = Immutable<z.infer<typeof readiness>>;

/** `GET /openapi.json`. */
export const openapi = z.looseObject({
  openapi: z.string().describe("version of OpenAPI"),
  paths: z.looseObject({}).describe("routes"),
});

/** `GET /schemas/<name>.json`: JSON Schema, draft 2020-12. */
export const resultSchemaDocument = z.looseObject({
  $schema: z.string().describe("dialect of JSON Schema"),
  $id: z.string().describe("address of the schema"),
  title: z.string().describe("name of the result"),
});

/** RFC 9457, with a sentence in `error` as the classic service had it. */
export const problem = z.looseObject({
  kind: z.literal("problem").describe("tells a problem from a job and from an answer of `/assign_task`"),
  type: z.string().describe("URN of the code"),
  title: z.string().describe("name of the HTTP status"),
  status: z.number().int().describe("HTTP status"),
  detail: z.string().describe("the same sentence as `error`"),
  error: z.string().describe("a sentence for people"),
  code: z.string().describe("for programs; stays the same"),
  field: z.string().exactOptional().describe("what of the request is wrong"),
  valid_values: z.array(z.unknown()).exactOptional().describe("what would be right"),
  hint: z.string().exactOptional().describe("what to do, for people"),
  request_id: z.string().exactOptional().describe("`X-Request-Id` of the answer: the log has it, too"),
});
export type Problem = Immutable<z.infer<typeof problem>>;

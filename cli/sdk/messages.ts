import { z } from "zod";
import type { SlaveView, TaskView } from "../../shared/contract/about.ts";
import type { AssignLine, JobDetail, JobView, ResultList } from "../../shared/contract/jobs.ts";
import { FILE_STATES, JOB_STATES } from "../../shared/contract/jobs.ts";
import { checked, firstFault, sentenceOf } from "../../shared/schema.ts";
import { badAnswer } from "./errors.ts";
import type { BulkOutcome } from "./requests.ts";

/**
 * The members of a master's answers that the SDK uses. Other members are passed on unchanged, so that the SDK works
 * with newer masters.
 */
const counts = z.looseObject({
  total: z.number(),
  queued: z.number(),
  running: z.number(),
  done: z.number(),
  failed: z.number(),
  cancelled: z.number(),
});

const attachments = z.array(
  z.looseObject({ name: z.string(), saved_as: z.string().optional(), url: z.string() }),
);

/** Masters of older versions send none. */
const warnings = z
  .array(z.looseObject({ code: z.string(), message: z.string(), count: z.number().optional() }))
  .default([]);

const fileView = z.looseObject({
  index: z.number().int().min(0),
  filename: z.string(),
  state: z.enum(FILE_STATES),
  saved_as: z.string().optional(),
  url: z.string().optional(),
  result_sha256: z.string().optional(),
  summary: z.string().optional(),
  code: z.string().optional(),
  error: z.string().optional(),
});

const jobView = z.looseObject({
  id: z.string(),
  task_type: z.string(),
  state: z.enum(JOB_STATES),
  counts,
  created_at: z.string(),
  attachments,
  warnings,
});

const slaveView = z.looseObject({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  state: z.string(),
  slots: z.number(),
  busy: z.number(),
  tasks: z.array(z.string()),
});

const taskView = z.looseObject({
  task_type: z.string(),
  title: z.string(),
  summary: z.string(),
  field: z.string(),
  extensions: z.array(z.string()),
  options: z.record(z.string(), z.unknown()),
});

const assignLine = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("job"), job_id: z.string(), total_files: z.number() }),
  fileView.extend({ type: z.literal("file") }),
  z.looseObject({
    type: z.literal("end"),
    job_id: z.string(),
    state: z.enum(JOB_STATES),
    total_files_processed: z.number(),
    attachments,
    warnings,
  }),
]);

const messages: Readonly<Record<keyof MessageTypes, z.ZodType>> = {
  tasks: z.looseObject({ tasks: z.array(taskView) }),
  slaves: z.looseObject({ slaves: z.array(slaveView) }),
  jobs: z.looseObject({
    jobs: z.array(jobView),
    total: z.number().optional(),
    next_cursor: z.string().optional(),
  }),
  job: jobView.extend({ files: z.array(fileView), next: z.string().optional() }),
  cancelled: jobView,
  retried: jobView,
  bulk: z.looseObject({
    total: z.number(),
    changed: z.array(z.string()),
    skipped: z.array(z.looseObject({ id: z.string(), code: z.string(), error: z.string() })),
  }),
  results: z.looseObject({
    job_id: z.string(),
    results: z.array(fileView.extend({ name: z.string() })),
    next: z.string().optional(),
    attachments,
  }),
};

/** A page of `GET /jobs`. */
export interface JobPage {
  readonly jobs: readonly JobView[];
  /** Number of jobs that match; an older master does not tell it. */
  readonly total?: number;
  readonly next_cursor?: string;
}

/** Types of the messages, from the contract. */
export interface MessageTypes {
  readonly tasks: { readonly tasks: readonly TaskView[] };
  readonly slaves: { readonly slaves: readonly SlaveView[] };
  readonly jobs: JobPage;
  readonly job: JobDetail;
  readonly cancelled: JobView;
  readonly retried: JobView;
  readonly bulk: BulkOutcome;
  readonly results: ResultList;
}

/** Checks an answer. @throws AppError `bad_answer` when it does not fit its schema */
export function understood<K extends keyof MessageTypes>(kind: K, body: unknown): MessageTypes[K] {
  return valid(messages[kind], body) as MessageTypes[K];
}

/** Checks a line; undefined for a type that this version does not know. @throws AppError `bad_answer` */
export function understoodLine(line: unknown): AssignLine | undefined {
  const { type } = valid(z.looseObject({ type: z.string() }), line);
  if (!["job", "file", "end"].includes(type)) return undefined;
  return valid<unknown>(assignLine, line) as AssignLine;
}

function valid<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = checked(schema, body);
  if (parsed.success) return parsed.data;
  throw badAnswer(sentenceOf(firstFault(parsed.error, "answer")), parsed.error);
}

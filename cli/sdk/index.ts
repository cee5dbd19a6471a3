/** The public face of the SDK: a small typed client of a manyhands master, for Node and browsers. */

export type { SlaveView, TaskView, UploadLimits } from "../../shared/contract/about.ts";
export type { BulkAnswer } from "../../shared/contract/bulk.ts";
export type { Capacity } from "../../shared/contract/capacity.ts";
export type {
  CancelledJob,
  FileState,
  FileView,
  JobDetail,
  JobState,
  JobView,
} from "../../shared/contract/jobs.ts";
export type { ResultList } from "../../shared/contract/results.ts";
export { AppError, CodedError } from "../../shared/errors.ts";
export type { CallOptions, RetryOptions } from "./calls.ts";
export { connect, disconnect, map, run } from "./connect.ts";
export { ANSWER_BROKEN, BAD_ANSWER, MASTER_UNREACHABLE } from "./errors.ts";
export type { ByteStream, BytesInput, FileInput, PathInput, StreamInput } from "./files.ts";
export type { AddSlavesOptions, ConnectOptions } from "./fleet.ts";
export { FleetClient } from "./fleet.ts";
export type { ChangedFiles, EventsOptions, FleetUpdate } from "./fleetEvents.ts";
export type { JobUpdate } from "./follow.ts";
export { FunctionError } from "./functions/error.ts";
export type { GetOptions, SpawnedCall } from "./functions/fleet.ts";
export type { Items } from "./functions/itemFiles.ts";
export type { FunctionMap } from "./functions/map.ts";
export type {
  ConsoleLine,
  FunctionSettingsOptions,
  MapEntry,
  MapOptions,
  MapProgress,
} from "./functions/options.ts";
export type { DoneOptions, Job } from "./job.ts";
export type { GetJobOptions, JobCalls, JobSummary } from "./jobCalls.ts";
export type { BulkAction, JobPage, JobQuery, Jobs, ManyJobs, RetryManyJobs } from "./jobs.ts";
export type { JobFile, ResultReaders } from "./result.ts";
export type { FileInputs, SubmitOptions } from "./submit.ts";
export type { Fetch, WireAnswer, WireBody, WireRequest } from "./transport.ts";

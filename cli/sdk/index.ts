/** The public face of the SDK: a small typed client of a manyhands master. */
export type { SlaveView, TaskView } from "../../shared/contract/about.ts";
export type {
  AssignAnswer,
  AssignLine,
  FileState,
  FileView,
  JobDetail,
  JobState,
  JobView,
  ResultList,
} from "../../shared/contract/jobs.ts";
export { AppError, CodedError } from "../../shared/errors.ts";
export { ManyhandsClient } from "./client.ts";
export { ANSWER_BROKEN, BAD_ANSWER, MASTER_UNREACHABLE } from "./errors.ts";
export type { UploadFile } from "./files.ts";
export { fileFromBytes, fileFromPath, fileFromStream } from "./files.ts";
export type { JobPage } from "./messages.ts";
export type {
  AddSlavesRequest,
  BulkAction,
  BulkOutcome,
  BulkRequest,
  CallOptions,
  ClientOptions,
  JobQuery,
  RetryRequest,
  UploadRequest,
} from "./requests.ts";

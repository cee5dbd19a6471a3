import { NDJSON_TYPE } from "../../../shared/contract/fleet.ts";
import {
  assignAnswer,
  assignLine,
  cancelledJob,
  jobDetail,
  jobList,
  jobView,
} from "../../../shared/contract/jobs.ts";
import {
  cancelQuery,
  eventsQuery,
  filesQuery,
  inputQuery,
  jobQuery,
  jobsQuery,
  resultQuery,
  retryWish,
} from "../../../shared/contract/requests.ts";
import { inputResults, resultList } from "../../../shared/contract/results.ts";
import { JSON_TYPE, type Operation } from "./operation.ts";
import { KEPT_ANSWERS, LATEST_ANSWERS, RESULT_ANSWERS, RESULT_ASKED } from "./resultAnswers.ts";

const NO_JOB = { 404: ["no_such_job"] } as const;

/** Uploads, jobs and results. */
export const JOB_OPERATIONS = {
  "POST /assign_task": {
    tag: "Jobs",
    summary: "Sends files as one job",
    description:
      "Waits for the job unless told otherwise. A client that waits and goes away cancels its job. Fields may come in " +
      "any order; files are taken under the field of the task.",
    access: "client",
    classic: true,
    headers: ["Prefer", "Idempotency-Key", "Priority", "Accept"],
    body: { form: "upload" },
    answers: {
      200: {
        description: "The job is over, and at least one file is done. As NDJSON: a line for each file.",
        content: { [JSON_TYPE]: assignAnswer, [NDJSON_TYPE]: assignLine },
        headers: ["Preference-Applied", "Idempotency-Replayed"],
      },
      202: {
        description: "Job and files are on disk (`Prefer: respond-async`).",
        content: { [JSON_TYPE]: jobView },
        headers: ["Location", "Preference-Applied", "Idempotency-Replayed"],
      },
      409: {
        description: "The job was cancelled before a file was done.",
        content: { [JSON_TYPE]: assignAnswer },
        headers: ["Preference-Applied", "Idempotency-Replayed"],
      },
      422: {
        description: "The job is over, and no file is done.",
        content: { [JSON_TYPE]: assignAnswer },
        headers: ["Preference-Applied", "Idempotency-Replayed"],
      },
      503: {
        description: "There was no slave for too long, and the job was cancelled.",
        content: { [JSON_TYPE]: assignAnswer },
        headers: ["Preference-Applied", "Idempotency-Replayed"],
      },
    },
    errors: {
      400: [
        "unknown_task",
        "no_task",
        "wrong_field",
        "unknown_field",
        "bad_field",
        "no_files",
        "bad_options",
        "bad_budgets",
        "bad_priority",
        "bad_callback",
        "bad_uploads",
        "callback_refused",
        "webhooks_off",
        "bad_multipart",
        "not_multipart",
        "bad_idempotency_key",
      ],
      404: ["no_such_result", "no_such_upload"],
      408: ["upload_stalled", "request_timeout"],
      409: ["upload_unfinished", "upload_used"],
      410: ["result_gone", "upload_damaged"],
      413: ["too_large", "too_many_files", "too_many_fields", "field_too_large"],
      422: ["idempotency_mismatch"],
      429: ["queue_full"],
      503: ["no_slaves", "stopping", "store_unavailable", "store_refused", "no_space"],
      507: ["no_space"],
    },
  },
  "GET /jobs": {
    tag: "Jobs",
    summary: "Lists jobs, newest first",
    access: "client",
    query: jobsQuery,
    answers: { 200: { description: "A page of jobs.", content: { [JSON_TYPE]: jobList } } },
    errors: { 400: ["unknown_task"] },
  },
  "GET /jobs/{id}": {
    tag: "Jobs",
    summary: "Shows a job with its files; with `wait` once it is over",
    access: "client",
    path: ["id"],
    query: jobQuery,
    answers: { 200: { description: "The job.", content: { [JSON_TYPE]: jobDetail } } },
    errors: NO_JOB,
  },
  "DELETE /jobs/{id}": {
    tag: "Jobs",
    summary: "Cancels a job; its work is stopped at once",
    description: "Finished results stay, unless `purge` is true.",
    access: "client",
    path: ["id"],
    query: cancelQuery,
    answers: { 200: { description: "The job as it ended.", content: { [JSON_TYPE]: cancelledJob } } },
    errors: NO_JOB,
  },
  "POST /jobs/{id}/retry": {
    tag: "Jobs",
    summary: "Makes a new job of files of this one: those that failed, all, or some",
    access: "client",
    path: ["id"],
    headers: ["Prefer", "Idempotency-Key"],
    body: { json: retryWish },
    answers: {
      200: {
        description: "`Prefer: wait=N`, and the new job was over in time.",
        content: { [JSON_TYPE]: assignAnswer },
        headers: ["Preference-Applied", "Idempotency-Replayed"],
      },
      202: {
        description: "The new job is on disk.",
        content: { [JSON_TYPE]: jobView },
        headers: ["Location", "Preference-Applied", "Idempotency-Replayed"],
      },
      422: {
        description: "`Prefer: wait=N`, and no file was done again.",
        content: { [JSON_TYPE]: assignAnswer },
        headers: ["Preference-Applied", "Idempotency-Replayed"],
      },
    },
    errors: {
      400: ["bad_idempotency_key", "bad_options", "bad_json"],
      ...NO_JOB,
      409: ["job_running", "nothing_to_retry"],
      410: ["inputs_gone"],
      422: ["idempotency_mismatch"],
      413: ["too_large"],
      429: ["queue_full"],
      503: ["stopping", "store_unavailable", "store_refused", "no_space"],
      507: ["no_space"],
    },
  },
  "GET /jobs/{id}/events": {
    tag: "Jobs",
    summary: "Tells what happens to a job, as server-sent events",
    description:
      "Events `state`, `file`, `progress` and a last one `end`; their data are the members of the schema `JobEventData`. " +
      "Ids follow from the record: the same after a restart of the master. Comments come when nothing else does.",
    access: "client",
    path: ["id"],
    query: eventsQuery,
    headers: ["Last-Event-ID"],
    answers: {
      200: { description: "Events until the job is over.", content: { "text/event-stream": "text" } },
      204: { description: "The client has had the last event.", content: {} },
    },
    errors: NO_JOB,
  },
  "GET /jobs/{id}/files/{index}/input": {
    tag: "Jobs",
    summary: "Sends an input file as its client sent it, while the job is kept",
    description:
      "Pictures and sounds have their type, by the name of the file, so that a page can show them; all others are bytes to save. " +
      "An answer may not run scripts.",
    access: "client",
    path: ["id", "index"],
    headers: RESULT_ASKED,
    answers: { ...RESULT_ANSWERS, 200: { ...RESULT_ANSWERS[200], description: "The input." } },
    errors: { 404: ["no_such_job", "no_such_file"], 410: ["inputs_gone"], 416: ["bad_range"] },
  },
  "GET /jobs/{id}/results": {
    tag: "Results",
    summary: "Lists the results of a job",
    access: "client",
    path: ["id"],
    query: filesQuery,
    answers: { 200: { description: "What is done by now.", content: { [JSON_TYPE]: resultList } } },
    errors: { 400: ["bad_query"], ...NO_JOB },
  },
  "GET /jobs/{id}/results.zip": {
    tag: "Results",
    summary: "Sends all results of a job as a zip, made while it is sent",
    access: "client",
    path: ["id"],
    answers: {
      200: {
        description: "What is done by now.",
        content: { "application/zip": "bytes" },
        headers: ["Content-Disposition"],
      },
    },
    errors: { ...NO_JOB, 410: ["result_gone"] },
  },
  "GET /jobs/{id}/results/{name}": {
    tag: "Results",
    summary: "Sends a result of a job, also where a later job took its name over",
    access: "client",
    path: ["id", "name"],
    headers: RESULT_ASKED,
    answers: KEPT_ANSWERS,
    errors: { 404: ["no_such_job", "no_such_result"], 410: ["result_gone"], 416: ["bad_range"] },
  },
  "GET /results/by-input/{sha256}": {
    tag: "Results",
    summary: "Lists the results that are on record for files with these bytes",
    description:
      "Newest first, of every job that the client may see, whichever options it had: `options` and `cached_from` tell. A program " +
      "that has the digest of a file learns here whether the file needs to be sent.",
    access: "client",
    path: ["sha256"],
    query: inputQuery,
    answers: {
      200: { description: "The results; none is no error.", content: { [JSON_TYPE]: inputResults } },
    },
    errors: { 400: ["bad_query", "unknown_task"] },
  },
  "GET /results/{task}/{name}": {
    tag: "Results",
    summary: "Sends a result that has this name in the results folder",
    description:
      "Only a result of a job on record, and its own bytes, also when the folder has another file under the name. With `latest` the " +
      "newest result among this name and those with a number (`report_analysis.json`, `report_analysis-2.json`).",
    access: "client",
    path: ["task", "name"],
    query: resultQuery,
    headers: RESULT_ASKED,
    answers: LATEST_ANSWERS,
    errors: { 404: ["no_such_result"], 410: ["result_gone"], 416: ["bad_range"] },
  },
} as const satisfies Record<string, Operation>;

import {
  health,
  openapi,
  readiness,
  resultSchemaDocument,
  slaveList,
  slaveView,
  stats,
  taskList,
  versionView,
} from "../../../shared/contract/about.ts";
import { capacity } from "../../../shared/contract/capacity.ts";
import {
  registerAnswer,
  registerRequest,
  signOff,
  signOffAnswer,
  slaveCheck,
  slaveCheckAnswer,
} from "../../../shared/contract/fleet.ts";
import { slavesWish } from "../../../shared/contract/requests.ts";
import {
  profileQuery,
  slaveSpeed,
  slaveSpeedQuery,
  timeline,
  timelineQuery,
} from "../../../shared/contract/timeline.ts";
import { JSON_TYPE, type Operation } from "./operation.ts";

const NO_JOB = { 404: ["no_such_job"] } as const;
const NO_SLAVE = { 404: ["no_such_slave"] } as const;

/** Slaves, and the master itself. */
export const ABOUT_OPERATIONS = {
  "POST /register": {
    tag: "Slaves",
    summary: "A slave makes itself known",
    description: "The master asks it for `/check_status`. The slave gets work after its first valid answer.",
    access: "fleet",
    classic: true,
    body: { json: registerRequest, required: true },
    answers: { 200: { description: "The slave is registered.", content: { [JSON_TYPE]: registerAnswer } } },
    errors: {
      400: ["bad_registration", "bad_json", "slave_address_refused", "slave_address_unknown"],
      409: ["no_tunnel"],
      413: ["too_large"],
      503: ["too_many_slaves"],
    },
  },
  "POST /sign_off": {
    tag: "Slaves",
    summary: "A slave says that it stops",
    description:
      "The slave gets no more work and counts as `gone`, not as `lost`. A process other than the registered one is ignored.",
    access: "fleet",
    body: { json: signOff },
    answers: { 200: { description: "The master knows.", content: { [JSON_TYPE]: signOffAnswer } } },
    errors: {
      400: ["bad_registration", "bad_json", "slave_address_refused", "slave_address_unknown"],
      409: ["no_tunnel"],
      413: ["too_large"],
    },
  },
  "GET /slaves": {
    tag: "Slaves",
    summary: "Lists the slaves that registered",
    access: "client",
    aliases: ["/workers"],
    answers: { 200: { description: "The slaves.", content: { [JSON_TYPE]: slaveList } } },
  },
  "POST /slaves": {
    tag: "Slaves",
    summary: "Starts slaves on the master's machine",
    description: "The master starts them again when they end by themselves, and after its own restart.",
    access: "client",
    aliases: ["/workers"],
    body: { json: slavesWish },
    answers: { 201: { description: "The slaves have started.", content: { [JSON_TYPE]: slaveList } } },
    errors: {
      400: ["bad_slaves", "bad_json"],
      409: ["too_many_local_slaves"],
      413: ["too_large"],
      500: ["slave_not_started"],
      503: ["stopping"],
    },
  },
  "POST /slaves/check": {
    tag: "Slaves",
    summary: "Tries the way back: the master calls where a slave would listen",
    description:
      "As for a slave that registers: the same token, the same addresses, one request for `/check_status`. Nothing is registered.",
    access: "fleet",
    aliases: ["/workers/check"],
    body: { json: slaveCheck, required: true },
    answers: { 200: { description: "What came of it.", content: { [JSON_TYPE]: slaveCheckAnswer } } },
    errors: {
      400: ["bad_registration", "bad_json", "slave_address_refused", "slave_address_unknown"],
      413: ["too_large"],
    },
  },
  "GET /slaves/{id}": {
    tag: "Slaves",
    summary: "Shows a slave",
    access: "client",
    aliases: ["/workers/{id}"],
    path: ["id"],
    answers: { 200: { description: "The slave.", content: { [JSON_TYPE]: slaveView } } },
    errors: NO_SLAVE,
  },
  "GET /slaves/{id}/speed": {
    tag: "Slaves",
    summary: "Shows how fast a slave is at each task",
    description:
      "From the record, so before the last restart, too; of whole intervals that touch the window.",
    access: "client",
    aliases: ["/workers/{id}/speed"],
    path: ["id"],
    query: slaveSpeedQuery,
    answers: { 200: { description: "The tasks.", content: { [JSON_TYPE]: slaveSpeed } } },
    errors: { 400: ["bad_query"], ...NO_SLAVE },
  },
  "DELETE /slaves/{id}": {
    tag: "Slaves",
    summary: "Lets a slave finish its units and end",
    access: "client",
    aliases: ["/workers/{id}"],
    path: ["id"],
    answers: {
      202: { description: "The slave gets no more units.", content: { [JSON_TYPE]: slaveView } },
    },
    errors: NO_SLAVE,
  },
  "GET /": {
    tag: "About",
    summary: "Tells that the master is there; a browser gets a page",
    description: "Both need no token: the page holds no data and asks for it with its user's session.",
    access: "open",
    classic: true,
    answers: {
      200: {
        description: "The master is working.",
        content: { "text/plain": "text", "text/html": "text" },
      },
    },
  },
  "GET /healthz": {
    tag: "About",
    summary: "Tells that the process answers",
    access: "open",
    answers: { 200: { description: "The process answers.", content: { [JSON_TYPE]: health } } },
  },
  "GET /livez": {
    tag: "About",
    summary: "Tells that the process answers, as `/healthz`",
    access: "open",
    answers: { 200: { description: "The process answers.", content: { [JSON_TYPE]: health } } },
  },
  "GET /readyz": {
    tag: "About",
    summary: "Tells whether there is a slave to do the work, and the database and the store can be used",
    access: "open",
    answers: {
      200: { description: "A slave can be given work.", content: { [JSON_TYPE]: readiness } },
      503: {
        description:
          "No slave can be given work, or the database or the bucket of the master cannot be used; `database` and `store` say why.",
        content: { [JSON_TYPE]: readiness },
      },
    },
  },
  "GET /version": {
    tag: "About",
    summary: "Tells which version runs, and since when",
    access: "client",
    answers: {
      200: { description: "The version.", content: { [JSON_TYPE]: versionView, "text/plain": "text" } },
    },
  },
  "GET /capacity": {
    tag: "About",
    summary: "Shows free slots and the work that waits",
    description:
      "For scalers and for clients that choose among masters. `GET /events` sends the same as it changes.",
    access: "client",
    answers: { 200: { description: "The capacity.", content: { [JSON_TYPE]: capacity } } },
  },
  "GET /stats": {
    tag: "About",
    summary: "Shows numbers of jobs, units and slaves",
    access: "client",
    answers: { 200: { description: "Numbers.", content: { [JSON_TYPE]: stats } } },
  },
  "GET /timeline": {
    tag: "About",
    summary: "Shows which slot worked on what, and when",
    description:
      "From the record, so also from before the master's last start. Spans that are shorter than a pixel of `width` are " +
      "joined. Of the jobs of others, a client that sees only its own (`JOBS=own`) gets the times and tasks, without job and index.",
    access: "client",
    query: timelineQuery,
    answers: { 200: { description: "The window.", content: { [JSON_TYPE]: timeline } } },
    errors: NO_JOB,
  },
  "GET /timeline.csv": {
    tag: "About",
    summary: "The busy and idle times of each slot, as CSV",
    description:
      "Columns: slave, slot, from, to, state (`busy` or `idle`), task, job, index. Times are milliseconds since 1970.",
    access: "client",
    query: profileQuery,
    answers: { 200: { description: "The rows.", content: { "text/csv": "text" } } },
    errors: NO_JOB,
  },
  "GET /tasks": {
    tag: "About",
    summary: "Lists the tasks with their fields and options",
    access: "client",
    answers: { 200: { description: "The tasks.", content: { [JSON_TYPE]: taskList } } },
  },
  "GET /metrics": {
    tag: "About",
    summary: "Numbers for Prometheus",
    access: "client",
    answers: { 200: { description: "In Prometheus' text format.", content: { "text/plain": "text" } } },
  },
  "GET /openapi.json": {
    tag: "About",
    summary: "This description (OpenAPI 3.1)",
    access: "open",
    answers: { 200: { description: "The description.", content: { [JSON_TYPE]: openapi } } },
  },
  "GET /docs": {
    tag: "About",
    summary: "This description as a page",
    access: "open",
    answers: { 200: { description: "The page.", content: { "text/html": "text" } } },
  },
  "GET /schemas/{name}.json": {
    tag: "Results",
    summary: "JSON Schema of the results of a task",
    description:
      "`name` is a task with JSON results, `embedding-vocabulary` or `mean-job`: the last two describe the files that a job " +
      "has beside those of its files. A result of a slave of the classic service has only the fields of that service.",
    access: "open",
    path: ["name"],
    answers: { 200: { description: "The schema.", content: { [JSON_TYPE]: resultSchemaDocument } } },
    errors: { 404: ["no_such_schema"] },
  },
} as const satisfies Record<string, Operation>;

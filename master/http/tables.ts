import type { RequestHandler, Response } from "express";
import type { FileView } from "../../shared/contract/jobs.ts";
import { csvLine } from "../../shared/csv.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { FileRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { Search } from "../record/search.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";
import { type FindJobDeps, findJob } from "./findJob.ts";
import { setResultHeaders } from "./results.ts";
import { untilGone, write } from "./streams.ts";
import { type FieldsOfResult, fieldsAt, TableFields } from "./tableFields.ts";
import { fileView, hasJsonResults } from "./views.ts";

export interface FailuresTableDeps extends FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "pages">;
  readonly results: ResultsFolder;
}

const FAILURE_COLUMNS = [
  "index",
  "filename",
  "path",
  "state",
  "code",
  "error",
  "attempts",
  "slave",
  "wait_seconds",
  "run_seconds",
  "ended_at",
  "bytes",
  "sha256",
] as const satisfies readonly (keyof FileView)[];

const FAILED: Search = [
  {
    isExcluding: false,
    terms: [
      { key: "state", value: "failed" },
      { key: "state", value: "cancelled" },
    ],
  },
];

/** `GET /jobs/<id>/failures.csv`: the files that failed or were cancelled. */
export function failuresTable(deps: FailuresTableDeps): RequestHandler {
  return async (req, res) => {
    const job = await findJob(deps, req);
    const pages = deps.jobs.pages(job.id, { search: { clauses: FAILED, running: [] } });
    await sendTable(
      res,
      { name: `${job.task}-${job.id}-failures.csv`, columns: FAILURE_COLUMNS },
      async function* () {
        for await (const page of pages) yield page.map((file) => failureLine(fileView(job, file, deps)));
      },
    );
  };
}

function failureLine(view: FileView): string {
  return csvLine(FAILURE_COLUMNS.map((column) => view[column]));
}

export interface ResultsTableDeps extends FailuresTableDeps {
  readonly store: Pick<ByteStore, "read">;
}

const RESULT_COLUMNS = ["index", "filename", "path", "state"] as const satisfies readonly (keyof FileView)[];

/** Bytes of results that one message to the thread holds, unless one of them has more. */
const MESSAGE_BYTES = 1024 * 1024;

/** `GET /jobs/<id>/results.csv`: the main fields of each result. */
export function resultsTable(deps: ResultsTableDeps): RequestHandler {
  const fields = new TableFields();
  return async (req, res) => {
    const job = await findJob(deps, req);
    const { columns } = taskNamed(job.task);
    const read = hasJsonResults(job)
      ? (files: readonly FileRecord[]) => fieldsInStore({ store: deps.store, fields }, files, columns)
      : async (files: readonly FileRecord[]) => files.map(({ info }) => fieldsAt(info, columns));
    const table = { name: `${job.task}-${job.id}.csv`, columns: [...RESULT_COLUMNS, ...columns, "result"] };
    await sendTable(res, table, async function* () {
      for await (const page of deps.jobs.pages(job.id)) {
        for (const files of inMessages(page)) {
          const found = await read(files);
          yield files.map((file, n) => resultLine(fileView(job, file, deps), found[n] ?? []));
        }
      }
    });
  };
}

function resultLine(view: FileView, fields: FieldsOfResult): string {
  return csvLine([...RESULT_COLUMNS.map((column) => view[column]), ...fields, view.url]);
}

/** The files that are done, together as many as have little to read. */
function inMessages(page: readonly FileRecord[]): FileRecord[][] {
  const messages: FileRecord[][] = [];
  let bytes = MESSAGE_BYTES;
  for (const file of page) {
    if (file.state !== "done") continue;
    bytes += file.resultBytes ?? 0;
    if (bytes > MESSAGE_BYTES) {
      messages.push([]);
      bytes = file.resultBytes ?? 0;
    }
    messages.at(-1)?.push(file);
  }
  return messages;
}

interface StoredFields {
  readonly store: Pick<ByteStore, "read">;
  readonly fields: TableFields;
}

async function fieldsInStore(
  { store, fields }: StoredFields,
  files: readonly FileRecord[],
  columns: readonly string[],
): Promise<readonly FieldsOfResult[]> {
  const bodies: Buffer[] = [];
  for (const { resultKey } of files)
    bodies.push(resultKey === undefined ? Buffer.alloc(0) : await store.read(resultKey));
  return await fields.read({ bodies, columns });
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Sends a table as fast as the client reads it. */
async function sendTable(
  res: Response,
  { name, columns }: Table,
  lines: () => AsyncIterable<readonly string[]>,
): Promise<void> {
  setResultHeaders(res, name);
  res.type("text/csv; charset=utf-8");
  if (res.req.method === "HEAD") return void res.end();
  const gone = untilGone(res);
  await write(res, csvLine(columns), gone);
  for await (const some of lines()) {
    await write(res, some.join(""), gone);
    if (gone.aborted) return;
  }
  res.end();
}

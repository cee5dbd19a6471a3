import { AppError } from "../../../shared/errors.ts";
import type { FileRecord, JobRecord } from "../job.ts";
import type { PartRecord } from "../part.ts";
import type { CountFilter, FileRange, JobFilter, RowRange } from "../port.ts";
import type { FileSearch } from "../search.ts";
import { fileCondition } from "../searchSql.ts";
import type { Queries } from "./database.ts";
import { PostgresReader } from "./jobReader.ts";
import { POSTGRES_SEARCH } from "./searchDialect.ts";
import { type JobSearch, PostgresSearches } from "./searches.ts";

/** Rows of a page: a reader that waits holds so many in memory. */
const PAGE = 64;

type PagedFiles = Pick<JobRecord, "id" | "total">;

/** Reads lists that may be very long page by page. */
export class PostgresPages {
  readonly #read: PostgresReader;
  readonly #searches: PostgresSearches;
  readonly #requireOpen: () => void;

  /** @param requireOpen throws when the record was closed meanwhile */
  constructor(db: Queries, requireOpen: () => void) {
    this.#read = new PostgresReader(db);
    this.#searches = new PostgresSearches(db);
    this.#requireOpen = requireOpen;
  }

  async *jobs({ limit, search, ...filter }: JobFilter): AsyncGenerator<readonly JobRecord[]> {
    if (search !== undefined) return yield* this.#found({ ...filter, search }, limit);
    let { before } = filter;
    for (let left = limit, full = true; full && left > 0; ) {
      this.#requireOpen();
      const size = Math.min(PAGE, left);
      const page = await this.#read.list({
        ...filter,
        ...(before === undefined ? {} : { before }),
        limit: size,
      });
      yield page;
      before = page.at(-1)?.id;
      left -= page.length;
      full = page.length === size;
    }
  }

  /** Ids of jobs, newest first. */
  async *ids({ search = [], ...filter }: CountFilter): AsyncGenerator<readonly string[]> {
    yield* this.#searches.jobs({ ...filter, search });
  }

  async countFiles(job: string, search: FileSearch): Promise<number> {
    return await this.#searches.countFiles(job, search);
  }

  async *files(job: PagedFiles, { search, ...range }: FileRange): AsyncGenerator<readonly FileRecord[]> {
    if (search === undefined) return yield* this.#filesFrom(job, range);
    const condition = fileCondition(search, POSTGRES_SEARCH);
    const { from = 0, limit = job.total } = range;
    let [after, skip] = [-1, from];
    for (let left = limit, full = true; full && left > 0; skip = 0) {
      this.#requireOpen();
      const size = Math.min(PAGE, left);
      const page = await this.#read.filesThat(job.id, condition, { after, skip, limit: size });
      yield page;
      after = page.at(-1)?.index ?? after;
      left -= page.length;
      full = page.length === size;
    }
  }

  async *#filesFrom(
    { id, total }: PagedFiles,
    { from = 0, limit = total }: RowRange,
  ): AsyncGenerator<readonly FileRecord[]> {
    const end = Math.min(total, from + limit);
    for (let next = from; next < end; next += PAGE) {
      this.#requireOpen();
      const size = Math.min(PAGE, end - next);
      const page = await this.#read.files(id, { from: next, limit: size });
      if (page.length < size) throw noSuchJob(id);
      yield page;
    }
  }

  async *filesByEnd(job: string, after: number): AsyncGenerator<readonly FileRecord[]> {
    for (let last = after, full = true; full; ) {
      this.#requireOpen();
      const page = await this.#read.filesByEnd(job, last, PAGE);
      yield page;
      last += page.length;
      full = page.length === PAGE;
    }
  }

  async *parts(job: string, map: string): AsyncGenerator<readonly PartRecord[]> {
    for (let from = 0, full = true; full; ) {
      this.#requireOpen();
      const page = await this.#read.parts(job, map, { from, limit: PAGE });
      yield page;
      from = 1 + (page.at(-1)?.part.index ?? from);
      full = page.length === PAGE;
    }
  }

  async *#found(filter: JobSearch, limit: number): AsyncGenerator<readonly JobRecord[]> {
    let left = limit;
    for await (const ids of this.#searches.jobs(filter)) {
      for (let from = 0; from < ids.length && left > 0; from += PAGE) {
        this.#requireOpen();
        const some = ids.slice(from, from + Math.min(PAGE, left));
        yield await this.#read.jobs(some);
        left -= some.length;
      }
      if (left <= 0) return;
    }
  }
}

/** A list that is cut must not look like a whole one. */
function noSuchJob(id: string): AppError {
  return new AppError("no_such_job", `Job ${id} was removed while it was read.`, { status: 404 });
}

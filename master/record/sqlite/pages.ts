import { type TurnLane, Turns } from "../../../shared/async/turns.ts";
import { AppError } from "../../../shared/errors.ts";
import type { FileRecord, JobRecord } from "../job.ts";
import type { PartRecord } from "../part.ts";
import type { CountFilter, FileRange, JobFilter, RowRange } from "../port.ts";
import type { FileSearch } from "../search.ts";
import type { Database } from "./database.ts";
import type { JobReader } from "./jobReader.ts";
import { type SearchedJobs, Searches } from "./search.ts";
import type { Cursor, PageOf } from "./timelineTable.ts";

/**
 * Rows that are read without a pause: half a millisecond of work with all that is made of them. A reader that waits
 * holds so many in memory.
 */
const PAGE = 32;

type PagedJob = Pick<JobRecord, "id" | "total">;

/** Reads lists that may be very long page by page. All readers share the turns of the event loop. */
export class Pages {
  readonly #read: JobReader;
  readonly #requireOpen: () => void;
  readonly #searches: Searches;
  readonly #turns = new Turns();

  /** @param requireOpen throws when the record was closed meanwhile */
  constructor(db: Database, read: JobReader, requireOpen: () => void) {
    this.#read = read;
    this.#requireOpen = requireOpen;
    this.#searches = new Searches(db, () => this.#turn("long"));
  }

  async *jobs({ limit, search, ...filter }: JobFilter): AsyncGenerator<readonly JobRecord[]> {
    if (search !== undefined) return yield* this.#found({ ...filter, search }, limit);
    const lane = laneOf(limit);
    let { before } = filter;
    for (let left = limit, full = true; full && left > 0; ) {
      await this.#turn(lane);
      const size = Math.min(PAGE, left);
      const page = this.#read.list({ ...filter, ...(before === undefined ? {} : { before }), limit: size });
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

  async countFiles(job: PagedJob, search: FileSearch): Promise<number> {
    return await this.#searches.count(job, search);
  }

  async *files(job: PagedJob, { search, ...range }: FileRange): AsyncGenerator<readonly FileRecord[]> {
    if (search === undefined) return yield* this.#filesFrom(job, range);
    const { from = 0, limit = job.total } = range;
    let left = limit;
    for await (const rows of this.#searches.files(job, search, { from, page: PAGE })) {
      if (left <= 0) return;
      yield this.#read.filesOf(job.id, rows.slice(0, left));
      left -= rows.length;
    }
  }

  async *#filesFrom(
    { id, total }: PagedJob,
    { from = 0, limit = total }: RowRange,
  ): AsyncGenerator<readonly FileRecord[]> {
    const end = Math.min(total, from + limit);
    const lane = laneOf(end - from);
    for (let next = from; next < end; next += PAGE) {
      await this.#turn(lane);
      const size = Math.min(PAGE, end - next);
      const page = this.#read.files(id, next, size);
      if (page.length < size) throw noSuchJob(id);
      yield page;
    }
  }

  async *filesByEnd({ id, total }: PagedJob, after: number): AsyncGenerator<readonly FileRecord[]> {
    const lane = laneOf(total);
    for (let last = after, full = true; full; ) {
      await this.#turn(lane);
      const page = this.#read.filesByEnd(id, last, PAGE);
      yield page;
      last += page.length;
      full = page.length === PAGE;
    }
  }

  async *parts(job: string, map: string): AsyncGenerator<readonly PartRecord[]> {
    for (let from = 0, full = true; full; ) {
      await this.#turn("long");
      const page = this.#read.parts(job, map, { from, limit: PAGE });
      yield page;
      from = 1 + (page.at(-1)?.part.index ?? from);
      full = page.length === PAGE;
    }
  }

  /** Pages of rows that are told apart by a cursor, such as their time. */
  async *byCursor<T>(read: (after?: Cursor) => PageOf<T>): AsyncGenerator<readonly T[]> {
    for (let after: Cursor | undefined, first = true; first || after !== undefined; first = false) {
      await this.#turn("long");
      const { rows, next } = read(after);
      yield rows;
      after = next;
    }
  }

  async *#found(filter: SearchedJobs, limit: number): AsyncGenerator<readonly JobRecord[]> {
    let left = limit;
    for await (const ids of this.#searches.jobs(filter)) {
      for (let from = 0; from < ids.length && left > 0; from += PAGE) {
        const some = ids.slice(from, from + Math.min(PAGE, left));
        const jobs = some.flatMap((id) => this.#read.job(id) ?? []);
        left -= some.length;
        yield jobs;
        await this.#turn("long");
      }
      if (left <= 0) return;
    }
  }

  async #turn(lane: TurnLane): Promise<void> {
    await this.#turns.next(lane);
    this.#requireOpen();
  }
}

/** A list that is cut must not look like a whole one. */
function noSuchJob(id: string): AppError {
  return new AppError("no_such_job", `Job ${id} was removed while it was read.`, { status: 404 });
}

function laneOf(rows: number): TurnLane {
  return rows > PAGE ? "long" : "short";
}

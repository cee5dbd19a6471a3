import { setTimeout as sleep } from "node:timers/promises";
import type { ChangeHub } from "../../hub.ts";
import type { MasterNews } from "../masters.ts";
import type { PartWatchers } from "../partWatchers.ts";
import { partFrom } from "../rows.ts";
import type { JobNews, PartIndexes } from "./announcing.ts";
import type { Queries } from "./database.ts";
import { PostgresReader } from "./jobReader.ts";

/** Time for which changed jobs are gathered, to be read together. */
const GATHER_MS = 20;

export interface NewsOfOthersDeps {
  readonly db: Queries;
  readonly hub: ChangeHub;
  readonly watchers: PartWatchers;
  /** Id of this master's record: its own news are told by the record itself. */
  readonly self: string;
  /** Told of what this master has to act on. */
  readonly onNews: (news: MasterNews) => void;
}

/** Tells the hub and the watchers of parts here what other masters changed. Jobs that nothing here watches are not read. */
export class NewsOfOthers {
  readonly #deps: NewsOfOthersDeps;
  readonly #changed = new Set<string>();
  #reading: Promise<void> | undefined;

  constructor(deps: NewsOfOthersDeps) {
    this.#deps = deps;
  }

  readonly hear = (message: string): void => {
    const { from, ...news } = JSON.parse(message) as JobNews & { readonly from: string };
    if (from === this.#deps.self) return;
    const { job: id, client, type, ended = false, parts = [] } = news;
    if (ended) this.#deps.onNews({ type: "ended", job: id });
    if (type !== "changed" && type !== "removed") this.#deps.onNews({ type, job: id });
    for (const some of parts)
      if (this.#deps.watchers.isWatched(id, some.map)) void this.#tellOfParts(id, some);
    if (type === "removed") this.#deps.hub.jobRemoved(client === undefined ? { id } : { id, client });
    else if (this.#deps.hub.isWatched(id)) this.#note(id);
  };

  /** Reads what is watched here: messages may have been missed. */
  readonly catchUp = (): void => {
    for (const { job, map } of this.#deps.watchers.watched) void this.#tellOfParts(job, { map });
    for (const job of this.#deps.hub.watchedJobs) this.#note(job);
  };

  #note(job: string): void {
    this.#changed.add(job);
    this.#reading ??= this.#tellOfJobs();
  }

  async #tellOfJobs(): Promise<void> {
    await sleep(GATHER_MS);
    const ids = [...this.#changed];
    this.#changed.clear();
    this.#reading = undefined;
    // A connection that breaks is noticed by the listener, which then catches up.
    const jobs = await new PostgresReader(this.#deps.db).jobs(ids).catch(() => []);
    for (const job of jobs) this.#deps.hub.jobChangedElsewhere(job);
  }

  async #tellOfParts(
    job: string,
    { map, indexes }: Partial<PartIndexes> & { readonly map: string },
  ): Promise<void> {
    const rows = await this.#deps.db
      .rows(
        "SELECT * FROM parts WHERE job = $1 AND map = $2 AND ($3::int[] IS NULL OR idx = ANY($3)) ORDER BY idx",
        job,
        map,
        indexes ?? null,
      )
      .catch(() => []);
    this.#deps.watchers.tell(job, rows.map(partFrom));
  }
}

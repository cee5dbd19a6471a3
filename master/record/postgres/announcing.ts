import { isFinal } from "../../../shared/contract/jobs.ts";
import type { JobRecord } from "../job.ts";
import type { MasterNews } from "../masters.ts";
import type { Value } from "../rows.ts";
import type { Queries } from "./database.ts";

/** What a master tells the others of a job in the transaction that changes it. */
export interface JobNews {
  readonly job: string;
  readonly client?: string | undefined;
  readonly type: "changed" | "removed" | Exclude<MasterNews["type"], "ended">;
  /** Whether the change was its end. */
  readonly ended?: boolean;
  /** Map and indexes of parts that were stored. */
  readonly parts?: readonly PartIndexes[];
}

export interface PartIndexes {
  readonly map: string;
  readonly indexes: readonly number[];
}

/** Tells the other masters, once the transaction is committed. */
export type Announce = (tx: Queries, news: readonly JobNews[]) => Promise<void>;

/** Indexes of parts in one message, which may have 8,000 bytes. */
const MOST_INDEXES = 500;

/** @param from id of this master's record, which hears its own messages, too */
export function announceOn(channel: string, from: string): Announce {
  return async (tx, news) => {
    const messages = news.flatMap(split).map((one) => JSON.stringify({ from, ...one }));
    if (messages.length > 0)
      await tx.rows("SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message", channel, messages);
  };
}

export function changed(job: string): JobNews {
  return { type: "changed", job };
}

export function removed({ id, client }: Pick<JobRecord, "id" | "client">): JobNews {
  return { type: "removed", job: id, client };
}

/** News of the jobs that changed, and of those that got parts. @param parts rows of the table */
export function newsOf(
  jobs: ReadonlyMap<string, Pick<JobRecord, "state">>,
  parts: readonly (readonly Value[])[],
): JobNews[] {
  const byJob = new Map<string, Map<string, number[]>>();
  for (const job of jobs.keys()) byJob.set(job, new Map());
  for (const [job, map, index] of parts) {
    const maps = byJob.get(String(job)) ?? new Map<string, number[]>();
    const indexes = maps.get(String(map)) ?? [];
    indexes.push(Number(index));
    byJob.set(String(job), maps.set(String(map), indexes));
  }
  return [...byJob].map(([job, maps]) => ({
    ...changed(job),
    ...(isFinal(jobs.get(job)?.state ?? "running") ? { ended: true } : {}),
    parts: [...maps].map(([map, indexes]) => ({ map, indexes })),
  }));
}

/** A message for the change, and for as many parts as it can hold. */
function split(news: JobNews): JobNews[] {
  const { parts = [], ...change } = news;
  const pieces = parts.flatMap(({ map, indexes }) =>
    Array.from({ length: Math.ceil(indexes.length / MOST_INDEXES) }, (_, n) => ({
      map,
      indexes: indexes.slice(n * MOST_INDEXES, (n + 1) * MOST_INDEXES),
    })),
  );
  return pieces.length === 0 ? [change] : pieces.map((piece) => ({ ...change, parts: [piece] }));
}

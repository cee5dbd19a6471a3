import type { Row } from "../rows.ts";
import {
  LONGEST_SPAN_MS,
  RESOLUTIONS,
  type Resolution,
  type SlaveMoment,
  type TimelineBound,
  type TimelineChunk,
  type TimelineSums,
  type TimeWindow,
  type WorkSpan,
} from "../timeline.ts";
import { packedSpans, packedSums, unpackedSpans, unpackedSums } from "../timelineRows.ts";
import { addedSums, intervalOf } from "../timelineSums.ts";
import type { Database, Statement } from "./database.ts";

/** Rows that one trim removes of a kind. */
const TRIMMED = 50;

/** Spans, and sums of each resolution, have the same share of the bytes. */
const KINDS = [0, ...RESOLUTIONS];
type Kind = (typeof KINDS)[number];
const SPANS = 0;

/** Rows of a page, and where the next one begins. */
export interface PageOf<T> {
  readonly rows: readonly T[];
  readonly next: Cursor | undefined;
}
/** Time and number of the last row that was read. */
export type Cursor = readonly [at: number, seq: number];

/**
 * The timeline in one table: rows of spans have resolution 0, rows of sums their resolution. `until` is the time when
 * spans were gathered, and the end of an interval of sums.
 */
export class TimelineTable {
  readonly #insert: Statement;
  readonly #lastSeq: Statement;
  readonly #upsert: Statement;
  readonly #sumsAt: Statement;
  readonly #page: Statement;
  readonly #first: Statement;
  readonly #oldest: Statement;
  readonly #delete: Statement;
  readonly #insertSlave: Statement;
  readonly #slaves: Statement;
  readonly #trimSlaves: Statement;
  /** Bytes of all rows of a kind; off by what a failed transaction added. */
  readonly #bytes = new Map<Kind, number>();

  constructor(db: Database) {
    this.#insert = db.prepare(
      "INSERT INTO timeline (resolution, until, seq, base, bytes, body) VALUES (0, ?, ?, ?, ?, ?)",
    );
    this.#lastSeq = db.prepare("SELECT MAX(seq) AS seq FROM timeline WHERE resolution = 0 AND until = ?");
    this.#upsert = db.prepare(
      "INSERT OR REPLACE INTO timeline (resolution, until, seq, base, bytes, body) VALUES (?, ?, 0, ?, ?, ?)",
    );
    this.#sumsAt = db.prepare("SELECT body FROM timeline WHERE resolution = ? AND until = ?");
    this.#page = db.prepare(
      `SELECT until, seq, base, body FROM timeline
        WHERE resolution = ? AND (until, seq) > (?, ?) AND until <= ? ORDER BY until, seq LIMIT ?`,
    );
    this.#first = db.prepare("SELECT base FROM timeline WHERE resolution = ? ORDER BY until, seq LIMIT 1");
    this.#oldest = db.prepare(
      "SELECT until, seq, bytes FROM timeline WHERE resolution = ? ORDER BY until, seq LIMIT ?",
    );
    this.#delete = db.prepare("DELETE FROM timeline WHERE resolution = ? AND until = ? AND seq = ?");
    this.#insertSlave = db.prepare("INSERT INTO timeline_slaves (at, body) VALUES (?, ?)");
    this.#slaves = db.prepare(
      "SELECT at, seq, body FROM timeline_slaves WHERE (at, seq) > (?, ?) AND at <= ? ORDER BY at, seq LIMIT ?",
    );
    this.#trimSlaves = db.prepare(
      `DELETE FROM timeline_slaves WHERE seq IN (SELECT seq FROM timeline_slaves WHERE at < ? ORDER BY at LIMIT ${TRIMMED})`,
    );
    const sizes = db.prepare("SELECT resolution, SUM(bytes) AS bytes FROM timeline GROUP BY resolution");
    for (const { resolution, bytes } of sizes.all()) this.#bytes.set(Number(resolution), Number(bytes));
  }

  /** Runs inside a transaction. */
  append({ at, spans, slaves, sums }: TimelineChunk): void {
    if (spans.length > 0) this.#appendSpans(at, spans);
    for (const moment of slaves) this.#insertSlave.run(moment.at, JSON.stringify(moment));
    for (const resolution of RESOLUTIONS) for (const sum of sums) this.#addSums(resolution, sum);
  }

  spans({ from, to }: TimeWindow, limit: number, after: Cursor = [from, 0]): PageOf<WorkSpan> {
    const rows = this.#page.all(SPANS, ...after, to + LONGEST_SPAN_MS, limit);
    const spans = rows
      .flatMap(({ body, base }) => unpackedSpans(String(body), Number(base)))
      .filter((span) => span.from < to && span.to > from);
    return { rows: spans, next: cursorAfter(rows, limit, "until") };
  }

  sums(
    of: { readonly resolution: Resolution; readonly window: TimeWindow },
    limit: number,
    after?: Cursor,
  ): PageOf<TimelineSums> {
    const { resolution, window } = of;
    const rows = this.#page.all(
      resolution,
      ...(after ?? [window.from, 0]),
      window.to + resolution - 1,
      limit,
    );
    const sums = rows.map(({ body, base }) => unpackedSums(String(body), Number(base)).sums);
    return { rows: sums, next: cursorAfter(rows, limit, "until") };
  }

  slaves({ from, to }: TimeWindow, limit: number, after: Cursor = [from, 0]): PageOf<SlaveMoment> {
    const rows = this.#slaves.all(...after, to, limit);
    return {
      rows: rows.map(({ body }) => JSON.parse(String(body)) as SlaveMoment),
      next: cursorAfter(rows, limit, "at"),
    };
  }

  reach(kind: Kind): number | undefined {
    const base = this.#first.all(kind)[0]?.base;
    return base === undefined ? undefined : Number(base);
  }

  /** Runs inside a transaction. Whether there may be more to remove. */
  trim({ before, bytes }: TimelineBound): boolean {
    const share = bytes / KINDS.length;
    const removed = KINDS.map((kind) => this.#trimKind(kind, before, share));
    return Math.max(this.#trimSlaves.run(before), ...removed) === TRIMMED;
  }

  #trimKind(kind: Kind, before: number, share: number): number {
    let excess = (this.#bytes.get(kind) ?? 0) - share;
    let removed = 0;
    for (const { until, seq, bytes } of this.#oldest.all(kind, TRIMMED)) {
      if (Number(until) >= before && excess <= 0) break;
      this.#delete.run(kind, until ?? 0, seq ?? 0);
      this.#grow(kind, -Number(bytes));
      excess -= Number(bytes);
      removed += 1;
    }
    return removed;
  }

  #appendSpans(at: number, spans: readonly WorkSpan[]): void {
    const base = spans.reduce((least, { from }) => Math.min(least, from), at);
    const body = packedSpans(spans, base);
    const last = this.#lastSeq.get(at)?.seq ?? 0;
    this.#insert.run(at, Number(last) + 1, base, body.length, body);
    this.#grow(SPANS, body.length);
  }

  #addSums(resolution: Resolution, sums: TimelineSums): void {
    const at = intervalOf(sums.at, resolution);
    const until = at + resolution;
    const before = this.#sumsAt.get(resolution, until)?.body;
    const known = before === undefined ? undefined : unpackedSums(String(before), at).sums;
    const body = packedSums(addedSums(at, known, sums));
    this.#upsert.run(resolution, until, at, body.length, body);
    this.#grow(resolution, body.length - String(before ?? "").length);
  }

  #grow(kind: Kind, bytes: number): void {
    this.#bytes.set(kind, (this.#bytes.get(kind) ?? 0) + bytes);
  }
}

function cursorAfter(rows: readonly Row[], limit: number, column: "until" | "at"): Cursor | undefined {
  const last = rows.at(-1);
  return last === undefined || rows.length < limit ? undefined : [Number(last[column]), Number(last.seq)];
}

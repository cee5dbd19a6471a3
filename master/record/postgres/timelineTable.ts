import { Semaphore } from "../../../shared/async/semaphore.ts";
import type { Row } from "../rows.ts";
import {
  LONGEST_SPAN_MS,
  RESOLUTIONS,
  type RecordedTimeline,
  type Resolution,
  type SlaveMoment,
  type TimelineBound,
  type TimelineChunk,
  type TimelineSums,
  type TimeWindow,
  type WorkSpan,
} from "../timeline.ts";
import { packedSpans, packedSums, unpackedSpans, unpackedSums } from "../timelineRows.ts";
import type { PostgresDatabase, Queries } from "./database.ts";
import { IntervalRows } from "./intervalRows.ts";
import { keyOf, type OwnSum, OwnSums } from "./ownSums.ts";

/** Rows that one trim removes of a kind. */
const TRIMMED = 200;
/** Rows of a page: a row of spans holds up to some hundred, a row of sums one for each slot. */
const SPAN_ROWS = 2;
const SUM_ROWS = 8;
const SLAVE_ROWS = 64;

/** Spans, and sums of each resolution, have the same share of the bytes. */
const KINDS = [0, ...RESOLUTIONS];
const SPANS = 0;

/** Number of a new row: one for all masters, so that none has to ask which are in use. */
const NEXT_SEQ = "(nextval(pg_get_serial_sequence('timeline_slaves', 'seq')) % 2147483647)::int";

interface TimelinePage {
  readonly sql: string;
  readonly first: readonly number[];
  readonly window: readonly [after: number, until: number];
  readonly limit: number;
}

export interface TimelineTableDeps {
  readonly db: PostgresDatabase;
  readonly requireOpen: () => void;
  /** Of this master, where several share the record. */
  readonly place?: string | undefined;
}

/** Timeline in the tables that the SQLite driver has, too. */
export function timelineTable({ db, requireOpen, place }: TimelineTableDeps): RecordedTimeline {
  const appending = new Semaphore(1);
  const own = new OwnSums(place);
  const open = async <T>(work: () => Promise<T>): Promise<T> => {
    requireOpen();
    return await work();
  };
  return {
    append: (chunk) => open(() => appending.use(() => append(db, chunk, own))),
    spans: (window) => spans(db, window),
    sums: (resolution, window) => sums(db, resolution, window),
    slaves: (window) => slaves(db, window),
    reach: (of) => open(() => reach(db, of === "spans" ? SPANS : of)),
    trim: (bound) => open(() => db.transaction((tx) => trim(tx, bound))),
  };
}

async function append(db: PostgresDatabase, { at, spans, slaves, sums }: TimelineChunk, own: OwnSums) {
  const grown = own.grown(sums);
  const rows = await db.transaction(async (tx) => {
    if (spans.length > 0) await appendSpans(tx, at, spans);
    for (const moment of slaves)
      await tx.run(
        "INSERT INTO timeline_slaves (at, body) VALUES ($1, $2)",
        moment.at,
        JSON.stringify(moment),
      );
    return grown.length > 0 ? await writeSums(tx, grown, own.place) : [];
  });
  own.wrote(rows);
}

async function appendSpans(tx: Queries, at: number, spans: readonly WorkSpan[]): Promise<void> {
  const base = spans.reduce((least, { from }) => Math.min(least, from), at);
  const body = packedSpans(spans, base);
  await tx.run(
    `INSERT INTO timeline (resolution, until, seq, base, bytes, body) VALUES (0, $1, ${NEXT_SEQ}, $2, $3, $4)`,
    ...[at, base, body.length, body],
  );
}

/** Resolves with the same sums, and the numbers of their rows. */
async function writeSums(
  tx: Queries,
  sums: readonly OwnSum[],
  place: string | undefined,
): Promise<readonly OwnSum[]> {
  const bodies = sums.map((sum) => packedSums(sum.sums, place));
  const rows = await tx.rows(
    `INSERT INTO timeline (resolution, until, seq, base, bytes, body)
      SELECT u.resolution, u.base + u.resolution, coalesce(u.seq, ${NEXT_SEQ}), u.base, u.bytes, u.body
        FROM unnest($1::int[], $2::bigint[], $3::int[], $4::int[], $5::text[]) AS u (resolution, base, seq, bytes, body)
      ON CONFLICT (resolution, until, seq) DO UPDATE SET bytes = excluded.bytes, body = excluded.body
      RETURNING resolution, base, seq`,
    sums.map(({ resolution }) => resolution),
    sums.map(({ sums: { at } }) => at),
    sums.map(({ seq }) => seq ?? null),
    bodies.map((body) => body.length),
    bodies,
  );
  const seqs = new Map(rows.map(({ resolution, base, seq }) => [`${resolution}/${base}`, Number(seq)]));
  return sums.map((sum) => ({ ...sum, seq: seqs.get(keyOf(sum)) }));
}

async function* spans(db: Queries, { from, to }: TimeWindow): AsyncGenerator<readonly WorkSpan[]> {
  const page = pageOf(SPANS, [from, to + LONGEST_SPAN_MS], SPAN_ROWS);
  for await (const rows of pages(db, page))
    yield rows
      .flatMap(({ body, base }) => unpackedSpans(String(body), Number(base)))
      .filter((span) => span.from < to && span.to > from);
}

async function* sums(
  db: Queries,
  resolution: Resolution,
  { from, to }: TimeWindow,
): AsyncGenerator<readonly TimelineSums[]> {
  const page = pageOf(resolution, [from, to + resolution - 1], SUM_ROWS);
  let last: IntervalRows | undefined;
  for await (const rows of pages(db, page)) {
    const whole: TimelineSums[] = [];
    for (const { body, base } of rows) {
      const next = unpackedSums(String(body), Number(base));
      if (last?.at === next.sums.at) last.add(next);
      else {
        if (last !== undefined) whole.push(last.sums);
        last = new IntervalRows(next);
      }
    }
    yield whole;
  }
  if (last !== undefined) yield [last.sums];
}

async function* slaves(db: Queries, { from, to }: TimeWindow): AsyncGenerator<readonly SlaveMoment[]> {
  const sql = `SELECT at AS until, seq, body FROM timeline_slaves
    WHERE (at, seq) > ($1, $2) AND at <= $3 ORDER BY at, seq LIMIT $4`;
  for await (const rows of pages(db, { sql, first: [], window: [from, to], limit: SLAVE_ROWS }))
    yield rows.map(({ body }) => JSON.parse(String(body)) as SlaveMoment);
}

function pageOf(kind: number, window: TimelinePage["window"], limit: number): TimelinePage {
  const sql = `SELECT until, seq, base, body FROM timeline
    WHERE resolution = $1 AND (until, seq) > ($2, $3) AND until <= $4 ORDER BY until, seq LIMIT $5`;
  return { sql, first: [kind], window, limit };
}

/** Rows after the beginning of the window, in order. */
async function* pages(
  db: Queries,
  { sql, first, window: [after, until], limit }: TimelinePage,
): AsyncGenerator<readonly Row[]> {
  let last: readonly number[] | undefined = [after, 0];
  while (last !== undefined) {
    const rows = await db.rows(sql, ...first, ...last, until, limit);
    yield rows;
    const end = rows.length < limit ? undefined : rows.at(-1);
    last = end && [Number(end.until), Number(end.seq)];
  }
}

async function reach(db: Queries, kind: number): Promise<number | undefined> {
  const sql = "SELECT base FROM timeline WHERE resolution = $1 ORDER BY until, seq LIMIT 1";
  const [row] = await db.rows(sql, kind);
  return row && Number(row.base);
}

/** Whether there may be more to remove. */
async function trim(tx: Queries, { before, bytes }: TimelineBound): Promise<boolean> {
  const removed = [
    await tx.run(
      `DELETE FROM timeline_slaves WHERE seq IN (
        SELECT seq FROM timeline_slaves WHERE at < $1 ORDER BY at LIMIT ${TRIMMED})`,
      before,
    ),
  ];
  for (const kind of KINDS)
    removed.push(await trimKind(tx, kind, { before, bytes: Math.floor(bytes / KINDS.length) }));
  return Math.max(...removed) === TRIMMED;
}

/** Removes the oldest rows: those that are too old, and those beyond the share. */
async function trimKind(tx: Queries, kind: number, { before, bytes }: TimelineBound): Promise<number> {
  return await tx.run(
    `DELETE FROM timeline USING (
      SELECT until, seq, SUM(bytes) OVER (ORDER BY until DESC, seq DESC) AS newer
        FROM timeline WHERE resolution = $1 ORDER BY until, seq LIMIT ${TRIMMED}) AS oldest
      WHERE timeline.resolution = $1 AND timeline.until = oldest.until AND timeline.seq = oldest.seq
        AND (oldest.until < $2 OR oldest.newer > $3)`,
    ...[kind, before, bytes],
  );
}

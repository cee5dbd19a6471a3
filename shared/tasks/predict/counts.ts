import { z } from "zod";
import type { BlockResult } from "./block.ts";

const tableCounts = z.object({
  rows: z.number(),
  skipped: z.number(),
  first_skipped: z.string().exactOptional(),
  /** Rows by predicted class; for numbers their sum. */
  counts: z.array(z.number()),
});

/** What is known of the predictions of a table, or of a block of one. */
export type TableCounts = z.infer<typeof tableCounts>;

/** Most characters of the place of a row that was left out. */
const LONGEST_PLACE = 300;

export function toCounts({ rows, skipped, firstSkipped, counts }: Omit<BlockResult, "body">): TableCounts {
  const first = firstSkipped === undefined ? {} : { first_skipped: firstSkipped.slice(0, LONGEST_PLACE) };
  return { rows, skipped, ...first, counts: [...counts] };
}

/** The counts of a table from those of its blocks, in their order. */
export function joinCounts(blocks: unknown): TableCounts {
  const all = z.array(tableCounts).parse(blocks);
  const sum = (of: (block: TableCounts) => number) => all.reduce((total, block) => total + of(block), 0);
  const first = all.find(({ first_skipped }) => first_skipped !== undefined)?.first_skipped;
  return {
    rows: sum(({ rows }) => rows),
    skipped: sum(({ skipped }) => skipped),
    ...(first === undefined ? {} : { first_skipped: first }),
    counts: (all[0]?.counts ?? []).map((_, at) => sum(({ counts }) => counts[at] ?? 0)),
  };
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { localFile } from "../local.ts";
import { stepFile } from "../stepFile.ts";
import { headLine, mergedFrequencies, type TermRow, termLine } from "./frequencies.ts";
import { byCodePoint } from "./order.ts";

/** Some are so long that a file has many pieces, and one is longer than a piece. */
const term = fc
  .tuple(fc.constantFrom("a", "b", "\uffff", "\u{10000}", "é"), fc.constantFrom(1, 2, 90_000, 270_000))
  .map(([letter, times]) => letter.repeat(times));
const row = fc.record({ term, df: fc.integer({ min: 1, max: 9 }), total: fc.integer({ min: 1, max: 99 }) });
const file = fc.record({
  documents: fc.integer({ min: 1, max: 9 }),
  rows: fc.uniqueArray(row, { selector: (one) => one.term, maxLength: 8 }),
});

test("files merge to the sums of their rows, in order of code points, wherever their pieces end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 5 }), async (files) => {
      const { documents, blocks } = await mergedFrequencies(files.map(packed));
      const merged: TermRow[] = [];
      for await (const block of blocks) merged.push(...block);
      expect(documents).toBe(files.reduce((sum, one) => sum + one.documents, 0));
      expect(merged).toEqual(summed(files.flatMap(({ rows }) => rows)));
    }),
    { numRuns: 20 },
  );
});

test("a file that is cut inside a line is refused", async () => {
  const whole = Buffer.from(headLine(1) + termLine({ term: "whale", df: 1, total: 2 }));
  const { blocks } = await mergedFrequencies([stepFile(localFile("cut", whole.subarray(0, -1)))]);
  await expect(blocks[Symbol.asyncIterator]().next()).rejects.toThrow(/cut short/);
});

function packed({ documents, rows }: { documents: number; rows: readonly TermRow[] }) {
  const sorted = [...rows].sort((a, b) => byCodePoint(a.term, b.term));
  return stepFile(localFile("counts", Buffer.from(headLine(documents) + sorted.map(termLine).join(""))));
}

function summed(rows: readonly TermRow[]): TermRow[] {
  const terms = [...new Set(rows.map((one) => one.term))].sort(byCodePoint);
  return terms.map((name) => {
    const same = rows.filter((one) => one.term === name);
    const sum = (key: "df" | "total") => same.reduce((total, one) => total + one[key], 0);
    return { term: name, df: sum("df"), total: sum("total") };
  });
}

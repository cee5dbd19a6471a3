import { recordsOf } from "./records.ts";

const SEPARATORS = ["\t", ";", ",", "|"] as const;
/** Records by which the separator is told. */
const SAMPLE = 100;
const SAMPLE_CHARACTERS = 200_000;

/** The separator that parts most records into the same number of cells, of more than one. */
export function separatorOf(text: string): string {
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  const rated = SEPARATORS.map((separator) => ({ separator, rating: ratingOf(sample, separator) }));
  const best = rated.reduce((first, next) => (next.rating > first.rating ? next : first));
  return best.rating === 0 ? "," : best.separator;
}

function ratingOf(text: string, separator: string): number {
  const sizes = new Map<number, number>();
  let records = 0;
  for (const cells of recordsOf(text, separator)) {
    if (cells.length === 1 && cells[0] === "") continue;
    sizes.set(cells.length, (sizes.get(cells.length) ?? 0) + 1);
    records += 1;
    if (records === SAMPLE) break;
  }
  const parted = [...sizes].filter(([size]) => size > 1);
  // More cells win where two separators are as regular: a decimal comma parts each number in two.
  return parted.reduce(
    (most, [size, count]) => Math.max(most, count / records + Math.min(size, 100) / 10_000),
    0,
  );
}

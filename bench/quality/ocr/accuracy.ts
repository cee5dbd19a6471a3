/** Levenshtein distance divided by the length of the truth, white space collapsed; 0 = no error, may exceed 1. */
export function errorRate(truth: string, text: string): number {
  const wanted = collapsed(truth);
  const got = collapsed(text);
  if (wanted.length === 0) return got.length === 0 ? 0 : 1;
  let row = Array.from({ length: got.length + 1 }, (_, at) => at);
  for (const character of wanted) row = nextRow(row, character, got);
  return (row[got.length] ?? 0) / wanted.length;
}

function nextRow(row: readonly number[], character: string, got: readonly string[]): number[] {
  const next = [(row[0] ?? 0) + 1];
  for (const [at, other] of got.entries()) {
    const replaced = (row[at] ?? 0) + (other === character ? 0 : 1);
    next.push(Math.min((row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1, replaced));
  }
  return next;
}

/** Words of letters and digits as a bag; their order and case do not count. */
export function wordScores(truth: string, text: string): { recall: number; precision: number } {
  const wanted = bagOf(truth);
  const got = bagOf(text);
  let common = 0;
  for (const [word, count] of wanted) common += Math.min(count, got.get(word) ?? 0);
  const [inTruth, inText] = [sizeOf(wanted), sizeOf(got)];
  return { recall: inTruth === 0 ? 1 : common / inTruth, precision: inText === 0 ? 1 : common / inText };
}

function collapsed(text: string): string[] {
  return [...text.replace(/\s+/g, " ").trim()];
}

function bagOf(text: string): Map<string, number> {
  const bag = new Map<string, number>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    bag.set(word, (bag.get(word) ?? 0) + 1);
  return bag;
}

function sizeOf(bag: ReadonlyMap<string, number>): number {
  return [...bag.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * Runs of letters, digits and marks, case and compatibility forms folded. A mark begins no word: the fold makes
 * an accent that stands alone a space and a mark, and neither is anything to be read.
 */
export function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize("NFKC")
      .replace(/\u00ad/g, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []
  );
}

/** Words of `wanted` that `given` has, each counted as often as it has them. */
export function matched(given: readonly string[], wanted: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const word of given) left.set(word, (left.get(word) ?? 0) + 1);
  return wanted.filter((word) => {
    const times = left.get(word) ?? 0;
    left.set(word, times - 1);
    return times > 0;
  });
}

/** The `limit` items of the highest scores, the highest first; equal scores stay in the order of the items. */
export function highest<Item>(items: Iterable<Item>, limit: number, scoreOf: (item: Item) => number): Item[] {
  const best: { readonly item: Item; readonly score: number }[] = [];
  let least = limit === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const score = scoreOf(item);
    if (score <= least) continue;
    const at = best.findLastIndex((other) => other.score >= score) + 1;
    best.splice(at, 0, { item, score });
    if (best.length > limit) best.pop();
    if (best.length === limit) least = best.at(-1)?.score ?? least;
  }
  return best.map(({ item }) => item);
}

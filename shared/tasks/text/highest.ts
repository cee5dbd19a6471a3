/** The `limit` items of the highest scores, the highest first; equal scores stay in the order of the items. */
export function highest<Item>(
  items: readonly Item[],
  limit: number,
  scoreOf: (item: Item) => number,
): Item[] {
  if (limit === 0) return [];
  // To sort numbers takes less time than to sort all items.
  const scores = Float64Array.from(items, scoreOf).sort();
  const least = scores[scores.length - limit] ?? Number.NEGATIVE_INFINITY;
  return items
    .filter((item) => scoreOf(item) >= least)
    .sort((a, b) => scoreOf(b) - scoreOf(a))
    .slice(0, limit);
}

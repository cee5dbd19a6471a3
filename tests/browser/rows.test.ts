import { expect, test } from "vitest";
import { MOST_HEIGHT, scrollTo, windowAt } from "../../master/dashboard/job/rows.ts";

const VIEW = 500;

test.each([
  [1_000, 30],
  [600_000, 30],
  [5_000_000, 44],
])(
  "each of %d rows of %d pixels is reached, though no browser draws a list as high as them",
  (total, row) => {
    const rows = { total, row };
    const end = windowAt(rows, Math.min(total * row, MOST_HEIGHT) - VIEW, VIEW);
    expect([end.last, end.height <= MOST_HEIGHT]).toEqual([total, true]);
    expect(end.top + (end.last - end.first) * row).toBeCloseTo(end.height, 3);
    for (const position of [0, 7, total >> 1, total - 1]) {
      const { first, last } = windowAt(rows, scrollTo(position, rows, VIEW), VIEW);
      expect(first <= position && position < last).toBe(true);
    }
  },
);

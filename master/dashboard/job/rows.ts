/** Height of a row in pixels. All rows have it, so that any of 100,000 is found without measuring the others. */
export const ROW = 44;
/** Browsers cannot draw elements that are much higher; longer lists scroll faster instead. */
export const MOST_HEIGHT = 8_000_000;
/** Rows that are drawn beyond the view, so that a quick scroll shows no gap. */
const BEYOND = 8;

export interface ScrollWindow {
  readonly first: number;
  /** Position behind the last row. */
  readonly last: number;
  /** Height of the whole list, and where its first drawn row begins, in pixels. */
  readonly height: number;
  readonly top: number;
}

/** Rows of one height. */
export interface Rows {
  readonly total: number;
  /** Height of each, in pixels. */
  readonly row: number;
}

/** The rows that a scrolled view shows. */
export function windowAt({ total, row }: Rows, scrolled: number, view: number): ScrollWindow {
  const whole = total * row;
  const height = Math.min(whole, MOST_HEIGHT);
  const reach = Math.max(1, height - view);
  // Position in the whole list of what is at the top of the view; the same as `scrolled` unless the list is too high.
  const at = height === whole ? scrolled : (scrolled / reach) * (whole - view);
  const first = Math.max(0, Math.floor(at / row) - BEYOND);
  const last = Math.min(total, Math.ceil((at + view) / row) + BEYOND);
  return { first, last, height, top: scrolled + first * row - at };
}

/** The scroll position that shows a row. */
export function scrollTo(position: number, { total, row }: Rows, view: number): number {
  const whole = total * row;
  const wanted = Math.max(0, Math.min(position * row - view / 2, whole - view));
  return whole <= MOST_HEIGHT ? wanted : (wanted / (whole - view)) * (MOST_HEIGHT - view);
}

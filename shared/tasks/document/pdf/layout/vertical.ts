import type { Fragment } from "./fragment.ts";

const CJK = /^[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u{20000}-\u{3ffff}]$/u;
/** Fewest characters below each other that are a vertical line. */
const FEWEST = 3;
// Shares of the font size.
const ASIDE = 0.35;
const NEAREST = 0.7;
const FARTHEST = 1.7;
/** Height of a character above the baseline of horizontal text. */
const ABOVE = 0.88;

/** Makes lines of CJK characters that are placed one below the other with a horizontal font. */
export function withVertical(fragments: readonly Fragment[]): Fragment[] {
  const all: Fragment[] = [];
  let column: Fragment[] = [];
  const close = () => {
    const closed = column.length >= FEWEST ? column.map(turned) : column;
    for (const fragment of closed) all.push(fragment);
    column = [];
  };
  for (const fragment of fragments) {
    const last = column.at(-1);
    if (!isSingle(fragment) || (last !== undefined && !isBelow(last, fragment))) close();
    if (isSingle(fragment)) column.push(fragment);
    else all.push(fragment);
  }
  close();
  return all;
}

function isSingle({ glyphs, from, to }: Fragment): boolean {
  return to === from + 1 && CJK.test(glyphs.texts[from] ?? "");
}

function isBelow(last: Fragment, next: Fragment): boolean {
  const down = (last.baseline - next.baseline) / last.size;
  return (
    last.x * next.x + last.y * next.y > 0.99 &&
    Math.abs(last.start - next.start) < ASIDE * last.size &&
    down > NEAREST &&
    down < FARTHEST
  );
}

/** The same character as text that goes down: its place goes from its top to that of the next one. */
function turned(fragment: Fragment, at: number, column: readonly Fragment[]): Fragment {
  const { x, y, start, size, glyphs, from } = fragment;
  const next = column[at + 1];
  const top = topDown(fragment);
  const end = next === undefined ? top + size : topDown(next);
  glyphs.places[2 * from] = top;
  glyphs.places[2 * from + 1] = end;
  return { ...fragment, x: y, y: -x, start: top, end, baseline: start + size / 2 };
}

function topDown({ baseline, size }: Fragment): number {
  return -baseline - ABOVE * size;
}

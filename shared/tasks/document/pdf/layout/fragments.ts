import { withAccent } from "../accents.ts";
import { type Glyphs, RUN, type RunPlace } from "../engine/glyphs.ts";
import type { Fragment, PageGlyphs } from "./fragment.ts";
import { placeMark } from "./marks.ts";

// Shares of the font size.
/** A wider gap ends a fragment: columns and cells stand further apart, words nearer together. */
const WIDEST_GAP = 0.7;
/** Kerning and italics overlap less. */
const OVERLAP = 0.3;
const ACCENT_OVERLAP = 0.15;
/** A space that lies this far below the glyph before it is not seen: some writers hide one below a ligature. */
const HIDDEN = 0.1;
/** A baseline that differs more is another one: an index, a footnote's mark. */
const SHIFT = 0.05;
const MARK = /^\p{Mn}/u;
const ACCENT_LIKE = /[^\p{Ll}\p{Lu}\p{N}\p{P} ]/u;

/** Gathers the glyphs of a page into fragments, in the order of the content. */
export function fragmentsOf({ texts, places, runs }: Glyphs): Fragment[] {
  const builder = new FragmentBuilder({ texts: [...texts], places });
  let from = 0;
  for (let at = 0; at < runs.length; at += RUN) {
    const to = runs[at] ?? 0;
    const [x, y] = [runs[at + 1] ?? 1, runs[at + 2] ?? 0];
    builder.addRun(from, to, { x, y, baseline: runs[at + 3] ?? 0, size: runs[at + 4] ?? 0 });
    from = to;
  }
  return builder.fragments.filter(({ from: first, to }) => to > first);
}

class FragmentBuilder {
  readonly fragments: Fragment[] = [];
  readonly #glyphs: PageGlyphs;
  #current: Fragment | undefined;
  /** Index of the last glyph that is seen. */
  #last = -1;
  #isAfterSpace = false;

  constructor(glyphs: PageGlyphs) {
    this.#glyphs = glyphs;
  }

  addRun(from: number, to: number, place: RunPlace): void {
    if (this.#current === undefined || !isOnLine(this.#current, place)) this.#close();
    for (let at = from; at < to; at += 1) this.#take(at, place);
  }

  #take(at: number, place: RunPlace): void {
    const text = this.#glyphs.texts[at] ?? "";
    if (text === "") this.#extend(at);
    else if (text === " ") this.#addSpace(at, place.size);
    else if (text.length < 3 && MARK.test(text)) this.#addMark(at, place);
    else this.#add(at, place);
  }

  #add(at: number, place: RunPlace): void {
    const start = this.#glyphs.places[2 * at] ?? 0;
    const gap = start - (this.#current?.end ?? Number.NEGATIVE_INFINITY);
    if (gap < -ACCENT_OVERLAP * place.size && this.#joinAccent(at)) return;
    if (gap > WIDEST_GAP * place.size || gap < -OVERLAP * place.size) this.#close();
    const open = this.#current ?? this.#open(at, place);
    open.to = at + 1;
    open.end = this.#glyphs.places[2 * at + 1] ?? 0;
    open.spaceAfter = false;
    this.#last = at;
    this.#isAfterSpace = false;
  }

  #open(at: number, { x, y, baseline, size }: RunPlace): Fragment {
    const { start } = this.#placeOf(at);
    const spaceBefore = this.#isAfterSpace;
    const place = { x, y, baseline, size, start, end: start };
    const fragment = { glyphs: this.#glyphs, from: at, to: at, ...place, spaceBefore, spaceAfter: false };
    this.fragments.push(fragment);
    this.#current = fragment;
    return fragment;
  }

  #close(): void {
    if (this.#current !== undefined && this.#isAfterSpace) this.#current.spaceAfter = true;
    this.#current = undefined;
  }

  #extend(at: number): void {
    const { end } = this.#placeOf(at);
    if (this.#current !== undefined && end > this.#current.end) this.#current.end = end;
  }

  #addSpace(at: number, size: number): void {
    const { start } = this.#placeOf(at);
    const over = this.#current === undefined ? 0 : this.#current.end - start;
    if (over > HIDDEN * size && over < 2 * size) this.#glyphs.texts[at] = "";
    else this.#isAfterSpace = true;
  }

  #addMark(at: number, place: RunPlace): void {
    const { texts } = this.#glyphs;
    const letter = placeMark(this.#glyphs, at, { last: this.#last, size: place.size });
    if (letter === undefined) this.#add(at, place);
    else {
      texts[letter] = `${texts[letter] ?? ""}${texts[at] ?? ""}`.normalize("NFC");
      texts[at] = "";
    }
  }

  #placeOf(at: number): { start: number; end: number } {
    const { places } = this.#glyphs;
    return { start: places[2 * at] ?? 0, end: places[2 * at + 1] ?? 0 };
  }

  /** Puts an accent that is drawn over a letter on it, whichever of them comes first. */
  #joinAccent(at: number): boolean {
    const { texts } = this.#glyphs;
    const { start, end } = this.#placeOf(at);
    const [before, after] = [texts[this.#last] ?? "", texts[at] ?? ""];
    if (!ACCENT_LIKE.test(before) && !ACCENT_LIKE.test(after)) return false;
    const letter = this.#placeOf(this.#last);
    if (this.#current === undefined || start < letter.start - (letter.end - letter.start)) return false;
    const text = withAccent(before, after);
    if (text === undefined) return false;
    texts[this.#last] = text;
    texts[at] = "";
    this.#glyphs.places[2 * this.#last + 1] = Math.max(letter.end, end);
    this.#current.end = Math.max(this.#current.end, end);
    this.#current.to = at + 1;
    return true;
  }
}

function isOnLine(one: RunPlace, other: RunPlace): boolean {
  const least = Math.min(one.size, other.size);
  return (
    one.x * other.x + one.y * other.y > 0.999 &&
    Math.abs(one.baseline - other.baseline) <= SHIFT * least &&
    Math.max(one.size, other.size) <= 1.25 * least
  );
}

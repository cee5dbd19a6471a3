import { withAccent } from "./accents.ts";

/** A run of glyphs from the engine: one font, one baseline, with the spaces inside it. */
export interface GlyphRun {
  readonly str: string;
  /** `ltr`, `rtl` or `ttb`; the text of `rtl` runs is in reading order. */
  readonly dir: string;
  /** Matrix from text space to the page: direction of the baseline, size, origin. */
  readonly transform: readonly number[];
  /** Advance along its baseline, in points. */
  readonly width: number;
  readonly hasEOL: boolean;
}

/** A run with its position on its baseline. Lengths in points. */
interface TextPiece {
  text: string;
  readonly isRtl: boolean;
  /** Unit vector along the baseline; zero where positions mean nothing. */
  readonly direction: readonly [x: number, y: number];
  readonly start: number;
  end: number;
  /** Distance of the baseline from the origin. */
  readonly baseline: number;
  readonly size: number;
}

// Shares of the font size. A gap of a tenth separates words (pdfminer's `word_margin`, poppler's `minWordBreakSpace`).
const WORD_GAP = 0.1;
/** Fonts do not kern across a change of baseline, so a smaller gap separates a footnote's mark and its text. */
const SHIFTED_GAP = 0.05;
const SHIFT = 0.1;
/** Least overlap of an accent and its letter; kerning overlaps less. */
const OVERLAP = 0.15;
/** Text drawn twice at nearly the same position looks bold; poppler's `dupMaxPriDelta` and `dupMaxSecDelta`. */
const TWICE_ALONG = 0.1;
const TWICE_ACROSS = 0.2;

/** Assembles the runs of a page into lines by their positions. Runs come in the order of the content. */
export class Assembler {
  #lines = "";
  #line: TextPiece[] = [];

  add(run: GlyphRun): void {
    if (run.str !== "") this.#append(toPiece(run));
    if (run.hasEOL) this.#endLine();
  }

  /** Characters so far. */
  get length(): number {
    return this.#lines.length;
  }

  text(): string {
    this.#endLine();
    return this.#lines;
  }

  #append(piece: TextPiece): void {
    const last = this.#line.at(-1);
    if (last === undefined || !haveSameDirection(last, piece)) this.#line.push(piece);
    else if (isDrawnTwice(last, piece)) return;
    else if (!joinAccent(last, piece)) {
      if (isApart(last, piece)) this.#line.push({ ...piece, text: " ", start: last.end, end: piece.start });
      this.#line.push(piece);
    }
  }

  #endLine(): void {
    const pieces = this.#line.some(({ isRtl }) => isRtl) ? inReadingOrder(this.#line) : this.#line;
    this.#lines += `${pieces.map(({ text }) => text).join("")}\n`;
    this.#line = [];
  }
}

/** Ligatures, presentation forms and special spaces, as plain text has them. */
const COMPATIBLE = /[\u00a0\u00b5\u037e\u2000-\u200a\u202f\u2126\u212a\u212b\ufb00-\ufdff\ufe70-\ufefc]+/g;

function toPiece({ str, dir, transform, width }: GlyphRun): TextPiece {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = transform;
  const length = dir === "ttb" ? 0 : Math.hypot(a, b);
  const [x, y] = length === 0 ? [0, 0] : [a / length, b / length];
  const start = e * x + f * y;
  return {
    // Normalised after the engine ordered the letters, so that the letters of a ligature keep their order.
    text: str.replace(COMPATIBLE, (form) => form.normalize("NFKC")),
    isRtl: dir === "rtl",
    direction: [x, y],
    start,
    end: start + width,
    baseline: f * x - e * y,
    size: Math.hypot(c, d),
  };
}

function haveSameDirection({ direction: [x, y] }: TextPiece, { direction: [u, v] }: TextPiece): boolean {
  return x * u + y * v > 0.99;
}

function isDrawnTwice(last: TextPiece, piece: TextPiece): boolean {
  if (last.text !== piece.text || last.text.trim() === "") return false;
  const along = Math.abs(last.start - piece.start);
  const across = Math.abs(last.baseline - piece.baseline);
  return along < TWICE_ALONG * piece.size && across < TWICE_ACROSS * piece.size;
}

function joinAccent(last: TextPiece, piece: TextPiece): boolean {
  const overlap = last.end - piece.start;
  if (overlap < OVERLAP * piece.size || overlap > last.end - last.start + piece.size) return false;
  const text = withAccent(last.text, piece.text);
  if (text === undefined) return false;
  last.text = text;
  last.end = Math.max(last.end, piece.end);
  return true;
}

/** Whether two runs of a line without a space between them have a gap that stands for one. */
function isApart(last: TextPiece, piece: TextPiece): boolean {
  if (/\s$/.test(last.text) || /^\s/.test(piece.text)) return false;
  const size = Math.min(last.size, piece.size);
  const isShifted = Math.abs(last.baseline - piece.baseline) > SHIFT * size;
  const gap = Math.max(piece.start - last.end, last.start - piece.end);
  return gap > (isShifted ? SHIFTED_GAP : WORD_GAP) * size;
}

/**
 * Puts pieces that are drawn from left to right into reading order: rule L2 of the Unicode bidirectional
 * algorithm (UAX 9) over whole pieces. The line's direction is that of most of its letters.
 */
function inReadingOrder(line: readonly TextPiece[]): readonly TextPiece[] {
  const written = line.filter(({ text }) => text.trim() !== "");
  const [first, last] = [written[0], written.at(-1)];
  if (first === undefined || last === undefined || first.start >= last.start) return line;
  const isRtl = lettersOf(line, true) > lettersOf(line, false);
  const turned = isRtl ? line.toReversed() : line;
  return withRunsReversed(turned, (piece) => piece.isRtl !== isRtl && /[\p{L}\p{N}]/u.test(piece.text));
}

function lettersOf(line: readonly TextPiece[], isRtl: boolean): number {
  return line.reduce(
    (sum, piece) => sum + (piece.isRtl === isRtl ? piece.text.replace(/\P{L}/gu, "").length : 0),
    0,
  );
}

/** Reverses each run of pieces of the kind; spaces between such pieces belong to the run. */
function withRunsReversed(line: readonly TextPiece[], isOfKind: (piece: TextPiece) => boolean): TextPiece[] {
  const ordered: TextPiece[] = [];
  let run: TextPiece[] = [];
  const close = () => {
    const end = run.findLastIndex(isOfKind) + 1;
    ordered.push(...run.slice(0, end).reverse(), ...run.slice(end));
    run = [];
  };
  for (const piece of line) {
    const continues = isOfKind(piece) || (run.length > 0 && piece.text.trim() === "");
    if (!continues) close();
    if (continues) run.push(piece);
    else ordered.push(piece);
  }
  close();
  return ordered;
}

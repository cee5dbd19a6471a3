import type { GlyphCollector } from "./glyphs.ts";
import { glyphText } from "./glyphText.ts";
import type { EngineFont, EngineGlyph, EngineMatrix, TextState } from "./internals.ts";
import type { Replacements } from "./replacements.ts";

interface Showing {
  readonly state: TextState;
  readonly font: EngineFont;
  readonly glyphs: GlyphCollector;
  readonly replacements: Replacements;
  /** Left, bottom, right and top of the page; text outside is not shown. */
  readonly viewBox: readonly number[];
}

/** Most of a font's size by which the space between characters counts as part of a glyph. */
const WIDEST_SPACING = 1.5;

/** Collects the glyphs of one string and moves the text position behind it (ISO 32000-1, 9.4.4). */
export function showText(showing: Showing, chars: string): void {
  const { state, font, glyphs, replacements, viewBox } = showing;
  const pen = penOf(state, font);
  glyphs.start(pen);
  const spacing = state.charSpacing * pen.stretch;
  const shown = Math.max(0, Math.min(spacing * pen.scale, WIDEST_SPACING * pen.size));
  const unit = (state.fontMatrix[0] ?? 0.001) * state.fontSize * pen.stretch;
  let at = 0;
  for (const glyph of font.charsToGlyphs(chars)) {
    const width = advanceOf(glyph, font.vertical) * unit;
    const from = pen.start + at * pen.scale;
    const to = from + width * pen.scale;
    const [start, end] = pen.isMirrored ? [to, from] : [from, to];
    if (isOnPage(pen, start, { end, viewBox })) {
      glyphs.push(replacements.of(glyphText(glyph.unicode)), start, end + shown);
    }
    at += width + spacing;
    if (glyph.originalCharCode === 0x20) at += state.wordSpacing * pen.stretch;
  }
  if (font.vertical) state.translateTextMatrix(0, -at);
  else state.translateTextMatrix(at, 0);
}

/** Advance of a glyph in its direction: to the right, or down. */
function advanceOf(glyph: EngineGlyph, vertical: boolean): number {
  if (!vertical) return glyph.width;
  return glyph.vmetric ? -(glyph.vmetric[0] ?? 0) : glyph.width;
}

interface Pen {
  /** Direction of the text on the page, a unit vector. */
  readonly x: number;
  readonly y: number;
  readonly start: number;
  readonly baseline: number;
  readonly size: number;
  /** Points along the direction of one unit of text space; negative where it runs against the direction. */
  readonly scale: number;
  /** Whether glyphs are drawn from right to left as in a mirror: unseen text of OCR in Arabic or Hebrew. */
  readonly isMirrored: boolean;
  /** Horizontal scaling, which vertical text does not have. */
  readonly stretch: number;
}

function penOf(state: TextState, font: EngineFont): Pen {
  const [a, b, c, d, e, f] = product(state.ctm, state.textMatrix);
  const height = Math.hypot(c, d);
  const [dx, dy] = font.vertical ? [-c, -d] : [a, b];
  const scale = Math.hypot(dx, dy);
  const stretch = font.vertical ? 1 : state.textHScale;
  const sign = state.fontSize * stretch < 0 ? -1 : 1;
  const isMirrored = !font.vertical && a * d - b * c < 0 && sign * dx < -0.5 * scale;
  const along = isMirrored ? -sign : sign;
  const [x, y] = scale === 0 ? [1, 0] : [(along * dx) / scale, (along * dy) / scale];
  const [px, py] = [e + c * state.textRise, f + d * state.textRise];
  return {
    x,
    y,
    start: px * x + py * y,
    baseline: py * x - px * y,
    size: Math.abs(state.fontSize) * height * type3Height(state, font),
    scale: isMirrored ? -scale * sign : scale * sign,
    isMirrored,
    stretch,
  };
}

/** Fonts of Type 3 may have any size in their own units; the height of their box tells it. */
function type3Height(
  { fontSize, fontMatrix }: TextState,
  { isType3Font, isCharBBox, bbox }: EngineFont,
): number {
  if (!isType3Font || (fontSize > 1 && isCharBBox !== true)) return 1;
  const height = ((bbox?.[3] ?? 0) - (bbox?.[1] ?? 0)) * (fontMatrix[3] ?? 0);
  return height > 0 ? height : 1;
}

interface Extent {
  readonly end: number;
  readonly viewBox: readonly number[];
}

function isOnPage({ x, y, baseline }: Pen, start: number, { end, viewBox }: Extent): boolean {
  const [left = 0, bottom = 0, right = 0, top = 0] = viewBox;
  const [x0, y0] = [start * x - baseline * y, start * y + baseline * x];
  const [x1, y1] = [end * x - baseline * y, end * y + baseline * x];
  return (
    Math.min(x0, x1) <= right &&
    Math.max(x0, x1) >= left &&
    Math.min(y0, y1) <= top &&
    Math.max(y0, y1) >= bottom
  );
}

type Six = [number, number, number, number, number, number];

function product(m: EngineMatrix, n: EngineMatrix): Six {
  const [a, b, c, d, e, f] = six(m);
  const [g, h, i, j, k, l] = six(n);
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

function six(m: EngineMatrix): Six {
  return [m[0] ?? 1, m[1] ?? 0, m[2] ?? 0, m[3] ?? 1, m[4] ?? 0, m[5] ?? 0];
}

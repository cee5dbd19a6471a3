import type { Box } from "../box.ts";
import { blocksOf, type LaidLine, type OutputPage } from "../output/layout.ts";
import type { OcrWordFields } from "../report.ts";
import { DESCENT, WIDTH } from "./font.ts";
import { type GlyphCodes, hex } from "./glyphs.ts";

/** Name of the font in the resources of a page; no other program is likely to use it. */
export const FONT_NAME = "UnseenOcr";

/** A transformation of PDF: `[a b c d e f]`. */
export type PdfMatrix = readonly [number, number, number, number, number, number];

/** Words lower than this part of their line (dashes, full stops) get its height. */
const LOW = 0.5;

/**
 * Operators that draw the words of a page unseen, each in its box. @param toPage from pixels of the upright page, counted from
 * its lower left corner, to the space of the page
 */
export function textLayer(page: OutputPage, toPage: PdfMatrix, glyphs: GlyphCodes): string {
  const lines = blocksOf(page).flatMap(({ inside }) => inside.flatMap((paragraph) => paragraph.inside));
  if (lines.length === 0) return "";
  const { height } = page.fields;
  const drawn = lines.map((line) => lineOf(line, { angle: line.angle, height, glyphs })).join("");
  return `q ${matrixText(toPage)} cm BT 3 Tr\n${drawn}ET Q\n`;
}

export function matrixText(matrix: PdfMatrix): string {
  return matrix.map(numberText).join(" ");
}

/** A number as PDF has it: no exponent. */
export function numberText(value: number): string {
  return String(Number(value.toFixed(5)));
}

interface Drawing {
  /** Degrees counter-clockwise. */
  readonly angle: number;
  /** Height of the page in pixels. */
  readonly height: number;
  readonly glyphs: GlyphCodes;
}

function lineOf(line: LaidLine, drawing: Drawing): string {
  const spaces = spacesOf(line);
  return line.inside
    .map((word, at) => {
      const next = line.inside[at + 1];
      const place = placeOf(boxOf(word, line), drawing.angle);
      const gap = next === undefined || spaces[at] !== true ? 0 : gapOf(word.bbox, next.bbox, drawing.angle);
      return wordOf(word, { place, gap }, drawing);
    })
    .join("");
}

/** Whether white space follows each word in the text of its line. */
function spacesOf({ line: { text }, inside }: LaidLine): boolean[] {
  let at = 0;
  return inside.map((word) => {
    const found = text.indexOf(word.text, at);
    if (found === -1) return true;
    at = found + word.text.length;
    return /\s/.test(text.charAt(at));
  });
}

/** The box of a word; a mark that is low gets the height of its line. */
function boxOf({ bbox }: OcrWordFields, { bbox: line, angle }: LaidLine): Box {
  if (angle === 90 || angle === 270)
    return bbox.x1 - bbox.x0 < LOW * (line.x1 - line.x0) ? { ...bbox, x0: line.x0, x1: line.x1 } : bbox;
  return bbox.y1 - bbox.y0 < LOW * (line.y1 - line.y0) ? { ...bbox, y0: line.y0, y1: line.y1 } : bbox;
}

interface Place {
  /** Start of the base line, in pixels from the upper left corner. */
  readonly x: number;
  readonly y: number;
  /** Along and across the base line. */
  readonly length: number;
  readonly size: number;
}

function placeOf({ x0, y0, x1, y1 }: Box, angle: number): Place {
  const [width, height] = [Math.max(1, x1 - x0), Math.max(1, y1 - y0)];
  const level = { length: width, size: height };
  const upright = { length: height, size: width };
  if (angle === 90) return { x: x1 - DESCENT * width, y: y1, ...upright };
  if (angle === 180) return { x: x1, y: y0 + DESCENT * height, ...level };
  if (angle === 270) return { x: x0 + DESCENT * width, y: y0, ...upright };
  return { x: x0, y: y1 - DESCENT * height, ...level };
}

function gapOf(word: Box, next: Box, angle: number): number {
  if (angle === 90) return word.y0 - next.y1;
  if (angle === 180) return word.x0 - next.x1;
  if (angle === 270) return next.y0 - word.y1;
  return next.x0 - word.x1;
}

const DIRECTIONS: Readonly<Record<number, string>> = {
  0: "1 0 0 1",
  90: "0 1 -1 0",
  180: "-1 0 0 -1",
  270: "0 -1 1 0",
};

interface Laid {
  readonly place: Place;
  /** Length of the space behind the word; 0 for none. */
  readonly gap: number;
}

function wordOf({ text }: OcrWordFields, { place, gap }: Laid, { angle, height, glyphs }: Drawing): string {
  const characters = [...visual(text)];
  const codes = characters.map((character) => hex(glyphs.codeOf(character))).join("");
  const { x, y, length, size } = place;
  const stretch = (of: number, count: number) => numberText((100 * of) / (count * WIDTH * size));
  const at = `${DIRECTIONS[angle] ?? DIRECTIONS[0]} ${numberText(x)} ${numberText(height - y)}`;
  const space = gap <= 0 ? "" : ` ${stretch(gap, 1)} Tz <${hex(glyphs.codeOf(" "))}> Tj`;
  const word = `${stretch(length, characters.length)} Tz <${codes}> Tj`;
  return `/${FONT_NAME} ${numberText(size)} Tf ${at} Tm ${word}${space}\n`;
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Characters of a word that stay in their order in a script from right to left. */
const NUMBERS = /\p{Nd}(?:[\p{Nd}.,:/]*\p{Nd})?|[\s\S]/gu;

/** The characters of a word from left to right, as PDF has them and as readers expect them. */
function visual(text: string): string {
  if (!RIGHT_TO_LEFT.test(text)) return text;
  return (text.match(NUMBERS) ?? []).reverse().join("");
}

import { type Box, boxAround } from "../box.ts";
import type { FailedPage, LineFields, OcrWordFields, PageFields } from "../report.ts";
import { type LineAngle, lineAngles } from "./angles.ts";

/** A page as the text outputs write it. */
export interface OutputPage {
  readonly fields: PageFields | FailedPage;
  readonly words: readonly OcrWordFields[];
}

interface Area<Inside> {
  readonly bbox: Box;
  readonly inside: readonly Inside[];
}
export interface LaidLine extends Area<OcrWordFields> {
  readonly line: LineFields;
  /** Degrees counter-clockwise by which its text runs: 90 where it runs upwards. */
  readonly angle: LineAngle;
}
export type TextParagraph = Area<LaidLine>;
export type TextBlock = Area<TextParagraph>;

/** The blocks of a page in reading order, with their paragraphs, lines and words; lines without words are left out. */
export function blocksOf({ fields, words }: OutputPage): TextBlock[] {
  const wordsOf = fields.lines.map((): OcrWordFields[] => []);
  for (const word of words) wordsOf[word.line]?.push(word);
  const found = fields.lines
    .map((line, at) => ({ line, bbox: line.bbox, inside: wordsOf[at] ?? [] }))
    .filter(({ inside }) => inside.length > 0);
  const angles = lineAngles(
    found.map(({ inside }) => inside),
    fields.preparation?.rotation ?? 0,
  );
  const lines = found.map((line, at): LaidLine => ({ ...line, angle: angles[at] ?? 0 }));
  const blocks = neighbours(lines, ({ line }) => line.block);
  return blocks.map((own) => area(neighbours(own, ({ line }) => line.paragraph).map(area)));
}

function area<Inside extends { readonly bbox: Box }>(inside: readonly Inside[]): Area<Inside> {
  return { bbox: boxAround(inside.map(({ bbox }) => bbox)), inside };
}

function neighbours<Item>(items: readonly Item[], numberOf: (item: Item) => number): Item[][] {
  const groups: Item[][] = [];
  let last: number | undefined;
  for (const item of items) {
    const number = numberOf(item);
    if (number !== last) groups.push([]);
    groups.at(-1)?.push(item);
    last = number;
  }
  return groups;
}

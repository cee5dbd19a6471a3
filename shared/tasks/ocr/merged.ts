import { type Attempt, better } from "./attempts.ts";
import { type Box, boxAround } from "./box.ts";
import { type OcrWord, sureness, type TextLine } from "./pageText.ts";

/** Least mean confidence of a line that is added, 0..100. */
const SURE = 65;
/** How much surer a line must be of more letters than the words in its place. */
const SURER = 1.2;
/** Share of the height that two boxes of one row have in common. */
const SAME_ROW = 0.5;

interface Row {
  readonly line: TextLine;
  readonly words: readonly OcrWord[];
}

/** Joins two readings of a page: the surer one, with lines of the other one where it has none or worse ones. */
export function merged(found: Attempt, next: Attempt): Attempt {
  const base = better(found, next);
  const other = base === found ? next : found;
  let rows = rowsOf(base);
  let isAdded = false;
  for (const row of rowsOf(other)) {
    const put = withRow(rows, row);
    if (put === undefined) continue;
    rows = put;
    isAdded = true;
  }
  if (!isAdded) return base;
  const levelled = base.levelled || other.levelled;
  return { ...base, levelled, ...textOfRows(rows) };
}

function rowsOf({ lines, words }: Attempt): Row[] {
  const rows = lines.map((line) => ({ line, words: [] as OcrWord[] }));
  for (const word of words) rows[word.line]?.words.push(word);
  return rows;
}

/** The rows with one more, without the worse words in its place; undefined if it adds nothing. */
function withRow(rows: readonly Row[], row: Row): Row[] | undefined {
  const { score, confidence } = sureness(row.words);
  if (confidence < SURE) return undefined;
  const covered = rows.flatMap(({ words }) => words).filter((word) => isCovered(word.bbox, row.words));
  if (score > SURER * sureness(covered).score) {
    const kept = new Set(covered);
    const rest = rows.map(({ line, words }) =>
      narrowed(
        line,
        words.filter((word) => !kept.has(word)),
      ),
    );
    return inserted(
      rest.filter(({ words }) => words.length > 0),
      row,
    );
  }
  const free = row.words.filter((word) => !covered.some((one) => isCovered(word.bbox, [one])));
  if (free.length === 0 || sureness(free).confidence < SURE) return undefined;
  return inserted(rows, narrowed(row.line, free));
}

/** Whether the middle of a box lies in one of the words, or the middle of a word in it. */
function isCovered(box: Box, words: readonly OcrWord[]): boolean {
  return words.some(({ bbox }) => holdsMiddle(bbox, box) || holdsMiddle(box, bbox));
}

function holdsMiddle(outer: Box, inner: Box): boolean {
  const [x, y] = [(inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2];
  return x >= outer.x0 && x <= outer.x1 && y >= outer.y0 && y <= outer.y1;
}

/** A line with fewer words. */
function narrowed(line: TextLine, words: readonly OcrWord[]): Row {
  if (words.length === 0) return { line, words };
  const text = words.map((word) => word.text).join(" ");
  const confidence = words.reduce((sum, word) => sum + word.confidence, 0) / words.length;
  const bbox = boxAround(words.map((word) => word.bbox));
  return { line: { ...line, text, confidence: Math.round(confidence * 100) / 100, bbox }, words };
}

/** Places a row behind the last one that is above it or left of it. */
function inserted(rows: readonly Row[], row: Row): Row[] {
  const before = rows.findLastIndex(({ line }) => isBefore(line.bbox, row.line.bbox));
  const neighbour = rows[before]?.line;
  // Cells of one row stay together; other lines are paragraphs of their own.
  const beside = neighbour !== undefined && inRow(neighbour.bbox, row.line.bbox);
  const own = -1 - rows.length;
  const { block, paragraph } = beside ? neighbour : { block: own, paragraph: own };
  return rows.toSpliced(before + 1, 0, { ...row, line: { ...row.line, block, paragraph } });
}

function isBefore(known: Box, box: Box): boolean {
  if (inRow(known, box)) return known.x0 < box.x0;
  return known.y0 < box.y0 && known.x0 < box.x1 && box.x0 < known.x1;
}

function inRow(one: Box, two: Box): boolean {
  const common = Math.min(one.y1, two.y1) - Math.max(one.y0, two.y0);
  return common >= SAME_ROW * Math.min(one.y1 - one.y0, two.y1 - two.y0);
}

function textOfRows(rows: readonly Row[]) {
  const lines = rows.map(({ line }) => line);
  const words = rows.flatMap((row, line) => row.words.map((word) => ({ ...word, line })));
  let text = "";
  for (const [at, line] of lines.entries()) {
    const isNew = at > 0 && line.paragraph !== lines[at - 1]?.paragraph;
    text += `${isNew ? "\n" : ""}${line.text}\n`;
  }
  return { text, lines, words, ...sureness(words) };
}

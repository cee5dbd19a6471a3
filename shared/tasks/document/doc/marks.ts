import type { TextRange, WordFile } from "./fib.ts";

/** A footnote or endnote, which has a label in the text. */
export interface NoteMark {
  readonly kind: "footnote" | "endnote";
  readonly label: string;
  readonly range: TextRange;
}

/** What stands beside the text, and not in it. */
export type BesideMark =
  | NoteMark
  | { readonly kind: "comment"; readonly author: string; readonly range: TextRange };

/** What is anchored to a character of the main story. */
export type TextMark = BesideMark | { readonly kind: "box"; readonly range: TextRange };

export interface PlacedMark {
  /** Number of its character. */
  readonly at: number;
  readonly mark: TextMark;
}

/** Bytes that lists of places have beside each place. */
const EXTRA = { notes: 2, comments: 30, anchors: 26, boxes: 22 } as const;
const SHAPE_OF_BOX = 14;
const AUTHOR = 20;

/** Marks in the order of their characters. */
export function marksOf(file: WordFile): PlacedMark[] {
  const marks: PlacedMark[] = [];
  const add: Add = (character, mark) => marks.push({ at: Math.max(0, character), mark });
  addNotes(file, "footnote", add);
  addNotes(file, "endnote", add);
  addComments(file, add);
  addBoxes(file, ["main", "boxes", "boxAnchors"], add);
  addBoxes(file, ["headers", "headerBoxes", "headerBoxAnchors"], add);
  return marks.toSorted((one, other) => one.at - other.at);
}

type Add = (character: number, mark: TextMark) => unknown;

function addNotes(file: WordFile, kind: "footnote" | "endnote", add: Add): void {
  const texts = rangesOf(file.part(`${kind}s`), 0, file.stories[`${kind}s`]);
  for (const [at, character] of placesOf(file.part(`${kind}Marks`), EXTRA.notes).entries()) {
    const range = texts[at];
    const label = `${kind === "endnote" ? "e" : ""}${at + 1}`;
    if (range !== undefined && character < file.stories.main.to) add(character, { kind, label, range });
  }
}

function addComments(file: WordFile, add: Add): void {
  const list = file.part("commentMarks");
  const texts = rangesOf(file.part("comments"), 0, file.stories.comments);
  const authors = authorsOf(file.part("authors"));
  const places = placesOf(list, EXTRA.comments);
  for (const [at, character] of places.entries()) {
    const range = texts[at];
    const from = (places.length + 1) * 4 + at * EXTRA.comments;
    const author = authors[list.readUInt16LE(from + AUTHOR)] ?? "";
    if (range !== undefined && character < file.stories.main.to)
      add(character, { kind: "comment", author, range });
  }
}

/** The story that boxes are anchored to, the boxes, and their places. */
type BoxPlaces =
  | readonly ["main", "boxes", "boxAnchors"]
  | readonly ["headers", "headerBoxes", "headerBoxAnchors"];

/** A text box has the number of its shape, and so has the place of the shape in the text; others are at the end of their story. */
function addBoxes(file: WordFile, [story, boxPart, anchorPart]: BoxPlaces, add: Add): void {
  const list = file.part(boxPart);
  const { from, to } = file.stories[story];
  const ranges = rangesOf(list, EXTRA.boxes, file.stories[boxPart]);
  const boxes = new Map<number, TextRange>();
  for (const [at, range] of ranges.entries())
    boxes.set(list.readInt32LE((ranges.length + 1) * 4 + at * EXTRA.boxes + SHAPE_OF_BOX), range);
  const anchors = file.part(anchorPart);
  const places = placesOf(anchors, EXTRA.anchors);
  for (const [at, character] of places.entries()) {
    const shape = anchors.readInt32LE((places.length + 1) * 4 + at * EXTRA.anchors);
    const range = boxes.get(shape);
    boxes.delete(shape);
    if (range !== undefined) add(from + Math.min(character, to - from - 1), { kind: "box", range });
  }
  for (const range of boxes.values()) add(to - 1, { kind: "box", range });
}

/** Places of a list (MS-DOC 2.2.2) without the last one, which is the end of what it lists. */
export function placesOf(list: Buffer, extra: number): number[] {
  const count = Math.max(0, Math.floor((list.length - 4) / (4 + extra)));
  return Array.from({ length: count }, (_, at) => list.readUInt32LE(at * 4));
}

/** Ranges of a story that follow each other; one that goes back is empty, as the last one may, which has no meaning. */
export function rangesOf(list: Buffer, extra: number, story: TextRange): TextRange[] {
  const count = placesOf(list, extra).length;
  let before = story.from;
  return Array.from({ length: count }, (_, at) => {
    const from = Math.max(before, story.from + list.readUInt32LE(at * 4));
    const to = Math.min(story.to, story.from + list.readUInt32LE(at * 4 + 4));
    before = Math.max(from, to);
    return { from, to: before };
  });
}

/** Names that follow each other, each behind its length. */
function authorsOf(list: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 2 <= list.length; ) {
    const end = at + 2 + 2 * list.readUInt16LE(at);
    names.push(list.toString("utf16le", at + 2, end));
    at = end;
  }
  return names;
}

import { expect, test } from "vitest";
import { type Piece, piecesOf, shortened } from "../../master/dashboard/viewers/compare/words.ts";

const written = (pieces: readonly Piece[]) =>
  pieces.map(({ text, isChanged }) => (isChanged ? `[${text}]` : text)).join("");

test.each([
  ["", "", "", ""],
  ["the same", "the same", "the same", "the same"],
  ["", "new", "", "[new]"],
  ["one two three", "one 2 three", "one [two] three", "one [2] three"],
  ["a quay in fog", "the quay in the fog", "[a] quay in fog", "[the] quay in[ the] fog"],
  ["Größe 12", "Größe 13", "Größe [12]", "Größe [13]"],
  ["x x x", "x x", "x x[ x]", "x x"],
])("%j and %j are marked as %j and %j", (before, after, markedBefore, markedAfter) => {
  const pieces = piecesOf(before, after);
  expect([written(pieces.before), written(pieces.after)]).toEqual([markedBefore, markedAfter]);
  expect(pieces.before.map(({ text }) => text).join("")).toBe(before);
  expect(pieces.after.map(({ text }) => text).join("")).toBe(after);
});

test("texts without common words, too long to be compared word by word, are changed as a whole", () => {
  const long = (word: string) =>
    Array.from({ length: 3_000 }, (_, at) => `${word}${at}`).join(word === "a" ? "-" : "+");
  expect(
    piecesOf(`start ${long("a")}`, `start ${long("b")}`).before.map(({ isChanged }) => isChanged),
  ).toEqual([false, true, false]);
});

test("long stretches that both have are shown in short", () => {
  const long = "word ".repeat(1_000);
  const { before } = piecesOf(`${long}old ${long}`, `${long}new ${long}`);
  const [start, changed, end] = shortened(before);
  expect(changed).toEqual({ text: "old", isChanged: true });
  expect([start?.text.length, end?.text.length]).toEqual([63, 63]);
});

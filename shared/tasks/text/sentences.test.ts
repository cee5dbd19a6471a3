import fc from "fast-check";
import { expect, test } from "vitest";
import { cutsOf, sentencesOf } from "./sentences.ts";

test.each([
  ["full stops, questions, exclamations", "One. Two? Three!", ["One.", "Two?", "Three!"]],
  ["quotes belong to their sentence", 'He said "Stop!" She left.', ['He said "Stop!"', "She left."]],
  [
    "abbreviations do not end one",
    "Dr. Smith met Mr. Jones. They spoke.",
    ["Dr. Smith met Mr. Jones.", "They spoke."],
  ],
  ["initials do not end one", "J. S. Bach wrote it. Yes.", ["J. S. Bach wrote it.", "Yes."]],
  ["numbers do not end one", "Pi is 3.14 or so. Yes.", ["Pi is 3.14 or so.", "Yes."]],
  ["a small letter goes on", "It was e.g. red... and blue. Done.", ["It was e.g. red... and blue.", "Done."]],
  ["an empty line ends one", "A heading\n\nThe text", ["A heading", "The text"]],
  ["short lines end one", "Milk\nEggs\nBread", ["Milk", "Eggs", "Bread"]],
  [
    "wrapped lines do not",
    "This line is long enough to look as if it was wrapped\nRight here. End.",
    ["This line is long enough to look as if it was wrapped Right here.", "End."],
  ],
  ["ideographic stops need no space", "今日は雨。明日は晴れ。", ["今日は雨。", "明日は晴れ。"]],
  ["an emoticon belongs to its sentence", "I like it. :)\n\nReally.", ["I like it. :)", "Really."]],
  ["an empty text has none", "", []],
  ["nor have dashes", "---\n***\n", []],
])("%s", (_, text, sentences) => {
  expect([...sentencesOf(text)]).toEqual(sentences);
});

test("no sentence is longer than 2,000 characters", () => {
  const lengths = [...sentencesOf("word ".repeat(2_000))].map(({ length }) => length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2_000);
});

test("the sentences of stretches are those of the whole text, wherever it is cut", () => {
  const words = fc.constantFrom(
    "a",
    "B",
    "Mr.",
    "end.",
    "What?!",
    ":)",
    "\n",
    "\n\n",
    "---",
    "。",
    "3.14",
    '"Yes."',
    "😀",
  );
  const texts = fc.array(words, { maxLength: 400 }).map((list) => list.join(" "));
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 200 }), (text, size) => {
      const cuts = cutsOf(text, size);
      const spans = [0, ...cuts].map((from, at) => ({ from, to: cuts[at] ?? text.length }));
      expect(spans.flatMap((span) => [...sentencesOf(text, span)])).toEqual([...sentencesOf(text)]);
    }),
    { numRuns: 300 },
  );
});

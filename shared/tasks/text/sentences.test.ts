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

const ORDINARY = ["a", "B", "Mr.", "end.", "What?!", ":)", "\n", "\n\n", "---", "。", "3.14", '"Yes."', "😀"];
/** What makes parts of 2,000 characters, and where those may be cut wrongly. */
const ENDLESS = [
  "small words only ",
  "x",
  "- ",
  "…",
  "...",
  '.")',
  "😀",
  "日本",
  "wrapped words on a line of about fifty letters\n",
];

test.each([
  [
    "ordinary texts",
    fc.array(fc.constantFrom(...ORDINARY), { maxLength: 400 }).map((list) => list.join(" ")),
  ],
  [
    "texts without ends of sentences",
    fc
      .array(
        fc.oneof(
          fc.constantFrom(" ", ...ORDINARY),
          fc.tuple(fc.constantFrom(...ENDLESS), fc.integer({ min: 1, max: 2_500 })).map(([piece, length]) =>
            // In the middle of a piece, too.
            piece.repeat(Math.ceil(length / piece.length)).slice(0, length),
          ),
        ),
        { maxLength: 12 },
      )
      .map((list) => list.join("")),
  ],
])("the sentences of stretches are those of the whole text, wherever it is cut: %s", (_, texts) => {
  fc.assert(
    fc.property(
      texts,
      fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 5_000 })),
      (text, size) => {
        const cuts = cutsOf(text, size);
        const spans = [0, ...cuts].map((from, at) => ({ from, to: cuts[at] ?? text.length }));
        expect(spans.flatMap((span) => [...sentencesOf(text, span)])).toEqual([...sentencesOf(text)]);
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ["inside a mark", `${"x".repeat(1_999)}…。${"y".repeat(3_000)}`, 1_900],
  [
    "before what is looked at only in part",
    `${"Word. ".repeat(325)}End.\n\n${"- ".repeat(900)}${"y".repeat(1_000)} more`,
    1_950,
  ],
])("no cut goes %s", (_, text, size) => {
  const cuts = cutsOf(text, size);
  const spans = [0, ...cuts].map((from, at) => ({ from, to: cuts[at] ?? text.length }));
  expect(spans.flatMap((span) => [...sentencesOf(text, span)])).toEqual([...sentencesOf(text)]);
});

test.each([
  ["small letters only", "words in small letters "],
  ["no spaces", "base64"],
  ["wrapped lines that go on small", "this line is long enough to look as if it was wrapped\n"],
])("a text of %s is cut into stretches of about the size", (_, piece) => {
  const text = piece.repeat(Math.ceil(100_000 / piece.length));
  const ends = [...cutsOf(text, 20_000), text.length];
  const lengths = ends.map((end, at) => end - (ends[at - 1] ?? 0));
  expect(Math.max(...lengths)).toBeLessThanOrEqual(20_000 + 2_001);
});

test("a text without any word is not cut", () => {
  expect(cutsOf("--- ".repeat(10_000), 1_000)).toEqual([]);
});

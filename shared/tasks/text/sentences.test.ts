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
  [
    "numbers of a list belong to their items",
    "1. First item here\n2. Second item here\n10. Third",
    ["1. First item here", "2. Second item here", "10. Third"],
  ],
  [
    "letters of a list, too",
    "a. Apples are red\nb. Pears are green",
    ["a. Apples are red", "b. Pears are green"],
  ],
  ["a year ends one", "It was 1999. Then he left.", ["It was 1999.", "Then he left."]],
  [
    "German ordinals do not end one",
    "Er kam am 3. Oktober. Der 17. Versuch gelang.",
    ["Er kam am 3. Oktober.", "Der 17. Versuch gelang."],
  ],
  [
    "German months behind a number",
    "Berlin, 24. Dezember 1990. Es schneit.",
    ["Berlin, 24. Dezember 1990.", "Es schneit."],
  ],
  [
    "No. before a number",
    "See No. 5 for more. He said no. Then he left.",
    ["See No. 5 for more.", "He said no.", "Then he left."],
  ],
  [
    "French quotes close behind a space",
    "« Bonjour ! » à tous. « Oui. » Il part.",
    ["« Bonjour ! » à tous.", "« Oui. »", "Il part."],
  ],
  ["quotes in quotes", "« Il dit “non !” » Elle part.", ["« Il dit “non !” »", "Elle part."]],
  ["Armenian", "Սա առաջինն է։ Սա երկրորդն է։", ["Սա առաջինն է։", "Սա երկրորդն է։"]],
  ["Amharic", "ይህ አንድ ነው። ይህ ሁለት ነው።", ["ይህ አንድ ነው።", "ይህ ሁለት ነው።"]],
  ["Burmese without spaces", "ကျောင်းသွားတယ်။အိမ်ပြန်တယ်။", ["ကျောင်းသွားတယ်။", "အိမ်ပြန်တယ်။"]],
  ["Khmer", "ខ្ញុំទៅផ្ទះ។ គាត់មក។", ["ខ្ញុំទៅផ្ទះ។", "គាត់មក។"]],
  [
    "Hindi and Urdu",
    "यह एक है। वह दो है। یہ ایک ہے۔ وہ دو ہے۔",
    ["यह एक है।", "वह दो है।", "یہ ایک ہے۔", "وہ دو ہے۔"],
  ],
  ["double marks", "Really⁉ Yes‼ No", ["Really⁉", "Yes‼", "No"]],
  [
    "a club and a king with their numbers",
    "Jonas ist Fan vom 1. FC Köln, und du? Friedrich II. war der Sohn von Heinrich VI. Dies ist nun der 17. Versuch.",
    [
      "Jonas ist Fan vom 1. FC Köln, und du?",
      "Friedrich II. war der Sohn von Heinrich VI.",
      "Dies ist nun der 17. Versuch.",
    ],
  ],
  [
    "volumes",
    "Other good editions are in vol. 4. They are old.",
    ["Other good editions are in vol. 4.", "They are old."],
  ],
  [
    "names with initials",
    "The director James B. Comey was fired. Mr. Comey was not there.",
    ["The director James B. Comey was fired.", "Mr. Comey was not there."],
  ],
  [
    "lists inside a line",
    "Bob ate three things: 1. a pizza, 2. a pie and 3. a cookie.",
    ["Bob ate three things: 1. a pizza, 2. a pie and 3. a cookie."],
  ],
  [
    "an ellipsis with spaces",
    "“Harry Potter . . . what an honor.”\nHe hurried out. And . . . He left.",
    ["“Harry Potter . . . what an honor.”", "He hurried out.", "And . . .", "He left."],
  ],
  [
    "initials without a space, and times and countries like them",
    "The lead was A.B. Hammersmith. It was 5 p.m. He left the U.S. They stayed.",
    ["The lead was A.B. Hammersmith.", "It was 5 p.m.", "He left the U.S.", "They stayed."],
  ],
  [
    "German abbreviations before nouns",
    "Wir kaufen Gemüse usw. und z.B. Brot. Das ist d.h. Schluss.",
    ["Wir kaufen Gemüse usw. und z.B. Brot.", "Das ist d.h. Schluss."],
  ],
  [
    "leagues and wars with their numbers",
    "Er spielt in der 1. Bundesliga. Danach kam die 2. Liga. Nach dem 2. Weltkrieg ging er.",
    ["Er spielt in der 1. Bundesliga.", "Danach kam die 2. Liga.", "Nach dem 2. Weltkrieg ging er."],
  ],
  [
    "credits of songs",
    "Like You (feat. L. Douglass, prod. Fat Boy) was good. It sold.",
    ["Like You (feat. L. Douglass, prod. Fat Boy) was good.", "It sold."],
  ],
  ["an empty text has none", "", []],
  ["nor have dashes", "---\n***\n", []],
])("%s", (_, text, sentences) => {
  expect([...sentencesOf(text)]).toEqual(sentences);
});

test("no sentence is longer than 2,000 characters", () => {
  const lengths = [...sentencesOf("word ".repeat(2_000))].map(({ length }) => length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2_000);
});

const ORDINARY = [
  "a",
  "« Oui ! »",
  "1.",
  "No. 5",
  "am 3. Mai",
  "Է։",
  "»",
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
];
/** What makes parts of 2,000 characters, and where those may be cut wrongly. */
const ENDLESS = [
  "small words only ",
  "x",
  "- ",
  "…",
  "...",
  '.")',
  ". »",
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

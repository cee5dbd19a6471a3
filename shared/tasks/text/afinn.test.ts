import { expect, test } from "vitest";
import { AfinnCounter, createAfinn } from "./afinn.ts";
import { afinnAnalyzer } from "./natural.ts";

const afinn = createAfinn();

function sumsOf(...sentences: readonly string[]) {
  const sums = { sum: 0, positive: 0, negative: 0 };
  const counter = new AfinnCounter(sums);
  for (const sentence of sentences) {
    for (const word of sentence.split(" ")) counter.add(afinn(word));
    counter.endSentence();
  }
  return sums;
}

test.each([
  "a good day",
  "not a good day but a great evening",
  "no good",
  "they never loved it and hated the rest",
  "isn't it wonderful",
  "neither good nor bad",
])("the sum of '%s' is that of natural's analyser", (sentence) => {
  const words = sentence.split(" ");
  expect(sumsOf(sentence).sum).toBe(Math.round(afinnAnalyzer().getSentiment(words) * words.length) + 0);
});

test("a negation swaps the count of the three words behind it, and ends with its sentence", () => {
  expect(sumsOf("not a very good day")).toMatchObject({ positive: 0, negative: 1 });
  expect(sumsOf("not on such a good day")).toMatchObject({ positive: 1, negative: 0 });
  expect(sumsOf("it is not", "good")).toMatchObject({ positive: 1, negative: 0 });
});

/**
 * Functions on the slaves of a running master; a slave must allow them (ALLOW_FUNCTIONS=sandbox).
 *
 *   npx tsx functions.ts http://127.0.0.1:5000
 */
import { connect } from "manyhands/sdk";

const [master = "127.0.0.1:5000"] = process.argv.slice(2);
const fleet = await connect({ master, token: process.env.CLIENT_TOKEN });

// Square: a function and a list.
const squares = await fleet.map((x) => x ** 2, [1, 2, 3, 4, 5]);
console.log(`squares: ${squares.join(" ")}`);

// Word count: each item is a text, its result a Map; the counts are added up here.
const texts = ["Many hands make light work.", "Light work is work, too.", "Many a little makes a mickle."];
const counts = await fleet.map((text) => {
  const words = new Map<string, number>();
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
}, texts);
const total = new Map<string, number>();
for (const words of counts)
  for (const [word, count] of words) total.set(word, (total.get(word) ?? 0) + count);
console.log(`most frequent: work ${total.get("work")}, many ${total.get("many")}`);

// Monte Carlo: each item is a seed, so that the result is the same on any slave.
const hits = await fleet.map(
  (seed, points) => {
    let state = seed;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    let inside = 0;
    for (let n = 0; n < points; n += 1) if (random() ** 2 + random() ** 2 < 1) inside += 1;
    return inside;
  },
  [1, 2, 3, 4, 5, 6, 7, 8],
  { args: [5_000] },
);
const pi = (4 * hits.reduce((sum, inside) => sum + inside, 0)) / (hits.length * 5_000);
console.log(`pi is about ${pi.toFixed(2)}`);

// Sentiment: a score and a confidence for each sentence; the mean weighs each score by its confidence.
const review =
  "The rooms are wonderful and quiet. Breakfast was bad. The staff is friendly, helpful and kind.";
const scored = await fleet.map(
  (sentence, words) => {
    const found = (sentence.toLowerCase().match(/[a-z]+/g) ?? []).flatMap((word) => words.get(word) ?? []);
    const sum = found.reduce((all, one) => all + one, 0);
    return { score: found.length === 0 ? 0 : sum / found.length, confidence: 1 - 1 / (1 + found.length) };
  },
  review.split(/(?<=\.)\s+/),
  {
    args: [
      new Map([
        ["wonderful", 1],
        ["quiet", 0.5],
        ["bad", -1],
        ["friendly", 0.8],
        ["helpful", 0.7],
        ["kind", 0.6],
      ]),
    ],
  },
);
const weights = scored.reduce((sum, { confidence }) => sum + confidence, 0);
const mean = scored.reduce((sum, { score, confidence }) => sum + score * confidence, 0) / weights;
console.log(`sentiment of ${scored.length} sentences: ${mean.toFixed(3)}`);

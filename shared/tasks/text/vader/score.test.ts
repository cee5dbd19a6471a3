import { expect, test } from "vitest";
import { createVader } from "./score.ts";

const vader = createVader();

// The examples of the authors' program, with what it prints for them.
test.each([
  ["VADER is smart, handsome, and funny.", 0.8316],
  ["VADER is smart, handsome, and funny!", 0.8439],
  ["VADER is very smart, handsome, and funny.", 0.8545],
  ["VADER is VERY SMART, handsome, and FUNNY.", 0.9227],
  ["VADER is VERY SMART, handsome, and FUNNY!!!", 0.9342],
  ["VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", 0.9469],
  ["VADER is not smart, handsome, nor funny.", -0.7424],
  ["The book was good.", 0.4404],
  ["At least it isn't a horrible book.", 0.431],
  ["The book was only kind of good.", 0.3832],
  ["The plot was good, but the characters are uncompelling and the dialog is not great.", -0.7042],
  ["Today SUX!", -0.5461],
  ["Today only kinda sux! But I'll get by, lol", 0.5249],
  ["Make sure you :) or :D today!", 0.8633],
  ["Not bad at all", 0.431],
])("%s -> %d", (sentence, compound) => {
  expect(vader(sentence).compound).toBe(compound);
});

test("shares add up to the whole text", () => {
  expect(vader("VADER is not smart, handsome, nor funny.")).toEqual({
    compound: -0.7424,
    positive: 0,
    neutral: 0.354,
    negative: 0.646,
    bearing: 3,
  });
});

test("a text without words scores 0 everywhere", () => {
  expect(vader(" \n ")).toEqual({ compound: 0, positive: 0, neutral: 0, negative: 0, bearing: 0 });
});

test("emoji are read by their names: heart with arrow, kiss mark, beaming face with smiling eyes", () => {
  expect(vader("Catch 💘 and 💋 and 😁").compound).toBe(0.875);
});

test("a negation with a capital letter negates", () => {
  expect(vader("Not a good day").compound).toBe(-0.3412);
});

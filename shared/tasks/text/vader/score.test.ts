import { expect, test } from "vitest";
import { loadEmojiNames } from "./emoji.ts";
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

// No reference row has an emoji; the authors' rule is that each stands for its name, after a space unless it has one.
test("every emoji scores as its name in its place", () => {
  const names = [...loadEmojiNames()];
  expect(names.length).toBeGreaterThan(1_200);
  for (const [emoji, name] of names) {
    expect(vader(`It is not ${emoji}, VERY good!`)).toEqual(vader(`It is not ${name}, VERY good!`));
    expect(vader(`bad${emoji} day`)).toEqual(vader(`bad ${name} day`));
  }
});

test.each([
  ["😀", "grinning face", 0.3612],
  ["😢", "crying face", -0.4767],
  ["I love it 😂", "I love it face with tears of joy", 0.7964],
  ["so good😁 today", "so good beaming face with smiling eyes today", 0.7346],
  ["love💋💋love", "love kiss mark kiss marklove", 0.8689],
])("%s is read as: %s", (text, spelled, compound) => {
  expect(vader(text)).toEqual(vader(spelled));
  expect(vader(text).compound).toBe(compound);
});

test("an emoji of several code points is not taken as one, as its authors read single characters", () => {
  expect(vader("a 👩‍🌾 waves")).toEqual(vader("a woman‍sheaf of rice waves"));
});

test("a negation with a capital letter negates", () => {
  expect(vader("Not a good day").compound).toBe(-0.3412);
});

/**
 * The words and numbers of VADER's rules: C. J. Hutto and E. E. Gilbert, "VADER: A Parsimonious
 * Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM 2014, as their program
 * (vaderSentiment 3.3, MIT licence, Copyright (c) 2016 C.J. Hutto) has them today.
 */

/** Added to the valence of a word in capitals if not all words are in capitals. */
export const CAPITALS = 0.733;
/** Factor of a negation for the valence after it. */
export const NEGATION = -0.74;
/** Factors of "never so" and "never this" for the valence after them. */
export const NEVER_SO = 1.25;
/** Weight of a booster one, two and three words away. */
export const DISTANCE = [1, 0.95, 0.9] as const;
/** Factors for valences before and after a contrasting "but". */
export const BEFORE_BUT = 0.5;
export const AFTER_BUT = 1.5;
/** Approximation of the largest expected sum of valences. */
export const ALPHA = 15;
export const EXCLAMATION = 0.292;
export const MAX_EXCLAMATIONS = 4;
export const QUESTION = 0.18;
export const MANY_QUESTIONS = 0.96;

const BOOST = 0.293;

const CONTRACTED =
  "are ca could dare did does had has have is might must need ought sha should was were wo would";
const NEGATIONS =
  "aint ain't cannot dont don't neither never none nope nor not nothing nowhere uhuh uh-uh without rarely seldom despite";

/** Words that negate; words with "n't" negate as well. */
export const NEGATES: ReadonlySet<string> = new Set([
  ...NEGATIONS.split(" "),
  ...CONTRACTED.split(" ").flatMap((stem) => [`${stem}nt`, `${stem}n't`]),
]);

const STRENGTHEN = `absolutely amazingly awfully completely considerable considerably decidedly deeply effing
  enormous enormously entirely especially exceptional exceptionally extreme extremely fabulously flipping
  flippin frackin fracking fricking frickin frigging friggin fully fuckin fucking fuggin fugging greatly hella
  highly hugely incredible incredibly intensely major majorly more most particularly purely quite really
  remarkably so substantially thoroughly total totally tremendous tremendously uber unbelievably unusually
  utter utterly very`;
const WEAKEN = `almost barely hardly kinda kindof kind-of less little marginal marginally occasional
  occasionally partly scarce scarcely slight slightly somewhat sorta sortof sort-of`;

/** Words of degree, with the amount that they add to the valence after them. */
export const BOOSTERS: ReadonlyMap<string, number> = new Map([
  ...STRENGTHEN.split(/\s+/).map((word) => [word, BOOST] as const),
  ...[...WEAKEN.split(/\s+/), "just enough", "kind of", "sort of"].map((word) => [word, -BOOST] as const),
]);

/** Phrases whose valence is not that of their words. */
export const IDIOMS: ReadonlyMap<string, number> = new Map([
  ["the shit", 3],
  ["the bomb", 3],
  ["bad ass", 1.5],
  ["badass", 1.5],
  ["bus stop", 0],
  ["yeah right", -2],
  ["kiss of death", -1.5],
  ["to die for", 3],
  ["beating heart", 3.1],
  ["broken heart", -2.9],
]);

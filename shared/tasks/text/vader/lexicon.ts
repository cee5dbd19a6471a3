import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Mean valence by ten people, -4..4, of each word or emoticon in lower case. */
export type Lexicon = ReadonlyMap<string, number>;

/** Words of the authors' current lexicon that the package's copy lacks. */
const NEWER: readonly (readonly [string, number])[] = [
  ["heart", 3.2],
  ["hearts", 3.3],
  ["flawed", -2.1],
];

/** VADER's lexicon, from the data file of the package `vader-sentiment` (its program is not used). */
export function loadLexicon(): Lexicon {
  const path = require.resolve("vader-sentiment/vader_lexicon.txt");
  const lexicon = new Map<string, number>(NEWER);
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const [word, valence] = line.trim().split("\t");
    if (word !== undefined && valence !== undefined) lexicon.set(word, Number(valence));
  }
  return lexicon;
}

import type { Afinn } from "./afinn.ts";
import { addPhrase, collectPhrases, type Phrases } from "./keywords.ts";
import { type Span, sentencesOf } from "./sentences.ts";
import { addScore, emptySums, type ScoredSentence, type SentimentSums } from "./sentiment.ts";
import type { Vader } from "./vader/score.ts";
import { whole, wordsOf } from "./words.ts";

/** Most distinct words; a text of a hundred million words in one language has fewer. */
const MAX_WORDS = 1_000_000;
/** End of a clause; no keyword crosses it. */
const CLAUSE = /[^\p{L}\p{M}\p{N}\s'’_\u200c-\u200d-]+|\s[-–—]+\s/u;

const MARKUP = /<[^<>]{1,200}>|&#?\w{1,10};|https?:\/\/\S+/gu;

/** All counts of a text or of a block of it; the tallies of the blocks add up to the tally of the text. */
export interface TextTally {
  characters: number;
  lines: number;
  words: number;
  letters: number;
  readonly wordCounts: Map<string, number>;
  readonly phrases: Phrases;
  readonly sums: SentimentSums;
  readonly afinn: { sum: number; positive: number; negative: number };
  readonly listed: ScoredSentence[];
}

export interface TallyTools {
  readonly vader: Vader;
  readonly afinn: Afinn;
  /** Words that keywords do not contain. */
  readonly commonWords: ReadonlySet<string>;
  /** Most sentences to list. */
  readonly sentences: number;
}

export function emptyTally(): TextTally {
  return {
    characters: 0,
    lines: 0,
    words: 0,
    letters: 0,
    wordCounts: new Map(),
    phrases: new Map(),
    sums: emptySums(),
    afinn: { sum: 0, positive: 0, negative: 0 },
    listed: [],
  };
}

/** Counts a section of a text. */
export function tallyOf(text: string, span: Span, tools: TallyTools): TextTally {
  const tally = emptyTally();
  const own = text.slice(span.from, span.to);
  tally.characters = codePoints(own);
  tally.lines = count(own, "\n");
  for (const sentence of sentencesOf(text, span)) addSentence(tally, sentence, tools);
  return tally;
}

/** Encodes a tally as JSON for the next step. */
export function packTally({ wordCounts, phrases, ...rest }: TextTally): Buffer {
  return Buffer.from(JSON.stringify({ ...rest, wordCounts: [...wordCounts], phrases: [...phrases] }), "utf8");
}

export function unpackTally(bytes: Buffer): TextTally {
  const { wordCounts, phrases, ...rest } = JSON.parse(bytes.toString("utf8"));
  return { ...rest, wordCounts: new Map(wordCounts), phrases: new Map(phrases) };
}

/** Adds the tally of the next block. */
export function addTally(total: TextTally, block: TextTally, listed: number): void {
  total.characters += block.characters;
  total.lines += block.lines;
  total.words += block.words;
  total.letters += block.letters;
  for (const [word, times] of block.wordCounts) addWord(total.wordCounts, word, times);
  for (const [phrase, times] of block.phrases) addPhrase(total.phrases, phrase, times);
  addUp(total.sums, block.sums);
  addUp(total.afinn, block.afinn);
  total.listed.push(...block.listed.slice(0, Math.max(0, listed - total.listed.length)));
}

function addUp<Sums extends object>(total: Sums, block: Sums): void {
  for (const key of Object.keys(total) as (keyof Sums)[]) {
    total[key] = (Number(total[key]) + Number(block[key])) as Sums[keyof Sums];
  }
}

function addSentence(tally: TextTally, sentence: string, tools: TallyTools): void {
  const words = wordsOf(sentence);
  tally.words += words.length;
  for (const word of words) {
    tally.letters += word.includes("'") ? word.replaceAll("'", "").length : word.length;
    addWord(tally.wordCounts, word, 1);
  }
  const clauses = whole(sentence).replace(MARKUP, " . ").split(CLAUSE);
  collectPhrases(clauses.map(wordsOf), tools.commonWords, tally.phrases);
  addUp(tally.afinn, tools.afinn(words));
  const score = tools.vader(sentence);
  const confidence = addScore(tally.sums, score);
  if (tally.listed.length < tools.sentences) {
    tally.listed.push({ text: sentence, score: score.compound, confidence });
  }
}

function addWord(counts: Map<string, number>, word: string, times: number): void {
  const known = counts.get(word);
  if (known !== undefined || counts.size < MAX_WORDS) counts.set(word, (known ?? 0) + times);
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00)
      pairs += 1;
  }
  return text.length - pairs;
}

function count(text: string, mark: string): number {
  let found = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) found += 1;
  return found;
}

import type { AfinnSums } from "./afinn.ts";
import { addWord, DistinctWords, type WordTools } from "./distinctWords.ts";
import { addPhrase, type Phrases } from "./keywords.ts";
import { occurrences } from "./occurrences.ts";
import { SentenceReader } from "./reader.ts";
import { type Span, sentencesOf } from "./sentences.ts";
import { addScore, emptySums, type ScoredSentence, type SentimentSums } from "./sentiment.ts";
import type { Vader } from "./vader/score.ts";

/** All counts of a text or of a block of it; the tallies of the blocks add up to the tally of the text. */
export interface TextTally {
  characters: number;
  lines: number;
  words: number;
  letters: number;
  wordCounts: Map<string, number>;
  phrases: Phrases;
  readonly sums: SentimentSums;
  readonly afinn: AfinnSums;
  readonly listed: ScoredSentence[];
}

export interface TallyTools extends WordTools {
  readonly vader: Vader;
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
  tally.lines = occurrences(own, "\n");
  const distinct = new DistinctWords(tools);
  const reader = new SentenceReader(tally, distinct);
  for (const sentence of sentencesOf(text, span)) {
    reader.read(sentence);
    addSentiment(tally, sentence, tools);
  }
  tally.wordCounts = distinct.counts();
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

/** Adds the tally of the next block, which is not used any more then. */
export function addTally(total: TextTally, block: TextTally, listed: number): void {
  total.characters += block.characters;
  total.lines += block.lines;
  total.words += block.words;
  total.letters += block.letters;
  total.wordCounts = together(total.wordCounts, block.wordCounts, addWord);
  total.phrases = together(total.phrases, block.phrases, addPhrase);
  addUp(total.sums, block.sums);
  addUp(total.afinn, block.afinn);
  total.listed.push(...block.listed.slice(0, Math.max(0, listed - total.listed.length)));
}

type Counts = Map<string, number>;

/** Both counts; those of the first block, which nothing else needs, are taken as they are. */
function together(
  total: Counts,
  block: Counts,
  add: (total: Counts, key: string, times: number) => void,
): Counts {
  if (total.size === 0) return block;
  for (const [key, times] of block) add(total, key, times);
  return total;
}

function addUp<Sums extends object>(total: Sums, block: Sums): void {
  for (const key of Object.keys(total) as (keyof Sums)[]) {
    total[key] = (Number(total[key]) + Number(block[key])) as Sums[keyof Sums];
  }
}

function addSentiment(tally: TextTally, sentence: string, tools: TallyTools): void {
  const score = tools.vader(sentence);
  const confidence = addScore(tally.sums, score);
  if (tally.listed.length < tools.sentences) {
    tally.listed.push({ text: sentence, score: score.compound, confidence });
  }
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00)
      pairs += 1;
  }
  return text.length - pairs;
}

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** English function words after M. F. Porter, as in the list that NLTK ships. */
const ENGLISH = `i me my myself we our ours ourselves you you're you've you'll you'd your yours yourself yourselves
  he him his himself she she's her hers herself it it's its itself they them their theirs themselves what which
  who whom this that that'll these those am is are was were be been being have has had having do does did doing
  a an the and but if or because as until while of at by for with about against between into through during
  before after above below to from up down in out on off over under again further then once here there when
  where why how all any both each few more most other some such no nor not only own same so than too very s t
  can will just don don't should should've now d ll m o re ve y ain aren aren't couldn couldn't didn didn't
  doesn doesn't hadn hadn't hasn hasn't haven haven't isn isn't ma mightn mightn't mustn mustn't needn needn't
  shan shan't shouldn shouldn't wasn wasn't weren weren't won won't wouldn wouldn't`;

const english: ReadonlySet<string> = new Set(ENGLISH.split(/\s+/));
const NONE: ReadonlySet<string> = new Set();
const loaded = new Map<string, ReadonlySet<string>>();

/** Function words that word counts leave out; `language` is a BCP 47 tag. English ones for an unknown language. */
export function stopWordsOf(language: string): ReadonlySet<string> {
  return language === "en" || language === "und" ? english : commonWordsOf(language);
}

/** Words that are too common for keywords, of 58 languages (`stopwords-iso`); an empty set for other languages. */
export function commonWordsOf(language: string): ReadonlySet<string> {
  const known = loaded.get(language);
  if (known !== undefined) return known;
  const lists: Readonly<Record<string, readonly string[] | undefined>> = require("stopwords-iso");
  const list = lists[language];
  const words = list === undefined ? NONE : new Set(language === "en" ? [...list, ...english] : list);
  loaded.set(language, words);
  return words;
}

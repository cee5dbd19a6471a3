import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { executeHere, processHere } from "../inProcess.ts";
import { localFile } from "../local.ts";
import { TASKS } from "../registry.ts";
import { text } from "./index.ts";

const task = TASKS.find(({ name }) => name === "text") ?? expect.fail("text is registered");
const REVIEW =
  "This is a great, great product. I love it! But the box was terrible.\nNaïve café owners agree.";

async function analyse(body: string | Buffer, options: object = {}) {
  const [outcome] = await processHere(task, [{ filename: "review.txt", body: Buffer.from(body) }], options);
  if (outcome?.ok !== true) return { failed: outcome };
  return { ...JSON.parse(String(outcome.body)), told: outcome.summary };
}

test("the fields of the classic service keep their meaning", async () => {
  expect(await analyse(REVIEW)).toMatchObject({
    word_count: 18,
    character_count: 93,
    sentence_count: 4,
    sentiment_score: 2,
    positive_words: 4,
    negative_words: 2,
  });
});

test("every result has its schema version, task, filename and input hash", async () => {
  expect(await analyse(REVIEW)).toMatchObject({
    schema_version: 1,
    task: "text",
    filename: "review.txt",
    input_sha256: localFile("", Buffer.from(REVIEW)).sha256,
    encoding: "utf-8",
    language: "eng",
    language_tag: "en",
  });
});

test("stop words are left out of common words, unless asked for", async () => {
  const body = "the whale and the sea and the whale";
  expect((await analyse(body)).common_words).toEqual([
    ["whale", 2],
    ["sea", 1],
  ]);
  expect((await analyse(body, { stop_words: false })).common_words[0]).toEqual(["the", 3]);
});

test("'not good' counts as a negative word", async () => {
  expect(await analyse("This is not good.")).toMatchObject({
    positive_words: 0,
    negative_words: 1,
    sentiment_score: -1,
  });
});

test("a short text is scored as a whole, a long one by the mean over its sentences", async () => {
  const short = await analyse("I love it. I hate it. It is a table.");
  expect(short.sentiment).toMatchObject({ method: "whole_text", compound: 0.128 });
  const long = await analyse("I love it. I hate it. It is a table.", { whole_text_characters: 10 });
  expect(long.sentiment).toMatchObject({
    method: "sentence_mean",
    compound: 0.0217,
    weighted: 0.0325,
    afinn: 0,
  });
  expect(long.sentiment.sentences).toEqual([
    { text: "I love it.", score: 0.6369, confidence: 0.5 },
    { text: "I hate it.", score: -0.5719, confidence: 0.5 },
    { text: "It is a table.", score: 0, confidence: 0 },
  ]);
});

test("sentences beyond the limit are counted, not listed", async () => {
  const { sentiment, sentence_count } = await analyse("One. Two. Three.", { sentences: 2 });
  expect(sentence_count).toBe(3);
  expect(sentiment.sentences).toHaveLength(2);
  expect(sentiment.sentences_omitted).toBe(1);
});

test("readability by the formulas, English ones only for English", async () => {
  const body = "The cat sat on the mat. It was a very beautiful animal.";
  expect((await analyse(body, { language: "en" })).readability).toEqual({
    words_per_sentence: 6,
    letters_per_word: 3.5,
    lix: 14.33,
    automated_readability_index: -1.95,
    syllables_per_word: 1.42,
    flesch_reading_ease: 80.9,
    flesch_kincaid_grade: 3.47,
    gunning_fog: 9.07,
    smog: 8.84,
    coleman_liau: -0.15,
  });
  expect(Object.keys((await analyse(body, { language: "de" })).readability)).toHaveLength(4);
});

test("keywords are phrases between common words", async () => {
  const body =
    "The sperm whale is a whale. This is a sperm whale. The white whale, the sperm whale and Ahab.";
  expect((await analyse(body)).keywords[0]).toEqual({ keyword: "sperm whale", score: 4.7549, count: 3 });
});

test("an empty file has zeros, no sentences and no readability", async () => {
  const result = await analyse("");
  expect(result).toMatchObject({ word_count: 0, sentence_count: 0, language: "und", readability: null });
});

test.each([
  ["polish-iso-8859-2.txt", "pol"],
  ["japanese-euc-jp.txt", "jpn"],
  ["russian-cp866.txt", "rus"],
  ["arabic-windows-1256.txt", "ara"],
])("%s is in %s", async (file, language) => {
  const body = readFileSync(join(import.meta.dirname, "../../../tests/fixtures/text", file));
  expect((await analyse(body)).language).toBe(language);
});

test("bad input fails with its code", async () => {
  expect(await analyse(Buffer.from("a\0b"))).toMatchObject({ failed: { ok: false, code: "wrong_type" } });
  expect(await analyse("ab", { max_bytes: 1 })).toMatchObject({ failed: { code: "too_large" } });
  expect(await analyse("ab", { encoding: "no-such" })).toMatchObject({
    failed: { code: "unsupported_encoding" },
  });
});

test("options that are not known are refused", () => {
  expect(() => text.options.parse({ sentence: 1 })).toThrow(/Unrecognized key/);
  expect(() => text.options.parse({ language: "English" })).toThrow(/ISO 639/);
});

test("a very large text gives the same bytes in blocks as in one piece", async () => {
  const long = "internationalisation incomprehensibilities counterrevolutionaries ".repeat(4);
  const body = Buffer.from(
    `${REVIEW} Mr. Smith said "no": ${long}— so! 日本語です。\n\n`.repeat(6_000) +
      "all in small letters and without an end ".repeat(60_000),
  );
  expect(body.length).toBeGreaterThan(4_000_000);
  const [shared] = await processHere(task, [{ filename: "large.txt", body }]);
  const whole = await executeHere(task, {
    task: "text",
    step: "analyse",
    options: text.options.parse({}),
    args: {},
    files: [localFile("large.txt", body)],
  });
  expect(
    shared?.ok === true && Buffer.compare(Buffer.from(shared.body as Buffer), whole.body as Buffer),
  ).toBe(0);
  expect(shared).toMatchObject({ summary: whole.summary });
});

test.each([
  ["1 word, language unknown, neutral, keywords: hi", "hi"],
  ["0 words, language unknown, neutral", ""],
  ["3 words, language unknown, neutral", "x = y + 1"],
  ["6 words, language unknown, neutral, keywords: name, bob, ann", "name;9\nBob;3\nAnn;4\n;;"],
])("the summary is %s", async (summary, body) => {
  expect((await analyse(body)).told).toBe(summary);
});

test.each([
  ["eng", "Dear all, here are the minutes."],
  ["eng", "the whale and the sea and the whale"],
  ["und", "Milk, eggs, butter, flour, sugar, rice"],
  ["und", "id;price;qty\n1;2.5;3"],
  ["und", "invoice 2024 total 123"],
])("is %s: %s", async (language, body) => {
  expect((await analyse(body)).language).toBe(language);
});

test("letters and their marks are counted as one letter, whichever way they are written", async () => {
  expect(await analyse("café café cafe\u0301 cafe\u0301")).toMatchObject({
    unique_words: 1,
    common_words: [["café", 4]],
  });
});

test.each([
  ["a soft hyphen", "one exam\u00adple of some words", 5],
  ["a joiner of Persian", "می\u200cشود و نمی\u200cشود", 3],
])("%s is inside its word", async (_, body, words) => {
  expect((await analyse(body)).word_count).toBe(words);
});

test.each([
  ["eng", "The café’s menu – priced at £12 – wasn’t bad. “Lovely,” she said."],
  ["eng", "We met at the hôtel, and it was a déjà vu for all of us."],
  ["deu", "Das ist nicht die Antwort, auf die wir gewartet haben."],
  ["fra", "Elle n’est pas venue parce que le train était en retard."],
  ["spa", "No sé por qué no ha venido con nosotros a la fiesta."],
])("one short sentence is %s: %s", async (language, body) => {
  const result = await analyse(body);
  expect(result.language).toBe(language);
  expect(result.sentiment.reliable).toBe(language === "eng");
});

test.each([
  ["cat", "Això és una frase curta en català."],
  ["slv", "Danes je lep dan in gremo na sprehod v gozd."],
  ["glg", "Esta é unha frase curta en galego e non en portugués."],
  ["eus", "Hau euskarazko esaldi labur bat da."],
  ["kaz", "Бұл қазақ тіліндегі қысқа сөйлем."],
  ["mkd", "Ова е кратка реченица на македонски јазик."],
  ["ind", "Ini adalah kalimat pendek dalam bahasa Indonesia untuk semua orang."],
  ["nob", "Jeg vil ikke gå hjem nå, fordi det er veldig hyggelig her hos dere."],
])("a language beyond the largest is %s: %s", async (language, body) => {
  const result = await analyse(body);
  expect(result.language).toBe(language);
  expect(result.language_confidence).toBeGreaterThanOrEqual(0.6);
});

test.each([
  ["heb", "ISO-8859-8: במקביל לישיבת הקבינט שדנה בהחלטת מועצת הביטחון לקרוא להפסקת אש מיידית"],
  ["kor", "Astral Epic, Copyright limpidly: 이런저런 생각 끝에, 블로그 옮기기로 결정했습니다."],
  ["rus", "README и package.json: Эта программа читает файлы и пишет отчёты (HTML, CSV)."],
  ["eng", "The word мир means peace, and the word 平和 means peace, too."],
])("names in other letters do not change the language %s: %s", async (language, body) => {
  expect((await analyse(body)).language).toBe(language);
});

test("a guess at the encoding of a few letters leaves the language to be seen", async () => {
  const plain = "The ferry leaves the harbour at noon, and the tickets cost little. ".repeat(20);
  const result = await analyse(Buffer.concat([Buffer.from(plain), Buffer.from([0x20, 0x81, 0x20])]));
  expect(result.language).toBe("eng");
});

test.each(["Hello", "Invoice No. 5", "Bonjour", "README", "so good!!!"])(
  "a few letters have no language: %s",
  async (body) => {
    expect(await analyse(body)).toMatchObject({ language: "und", language_confidence: 0 });
  },
);

test.each([
  ["ca", "cat", "ca"],
  ["hrv", "hrv", "hr"],
  ["cmn", "zho", "zh"],
  ["iw", "heb", "he"],
  ["no", "nob", "no"],
  ["tlh", "tlh", "tlh"],
])("a given code %s is %s, tag %s", async (given, language, tag) => {
  expect(await analyse("Some words.", { language: given })).toMatchObject({ language, language_tag: tag });
});

test("a text in Latin letters is in no language of another script", async () => {
  const { language } = await analyse("Drunk driver arrested, charged in crash that killed Mount Airy woman.");
  expect(language).not.toBe("hin");
});

test("a text in an encoding that is a guess says so, and has no language", async () => {
  const bytes = Buffer.from(Array.from({ length: 400 }, (_, at) => 0x80 + ((at * 37) % 64)));
  const [outcome] = await processHere(task, [{ filename: "odd.txt", body: bytes }]);
  expect(outcome).toMatchObject({
    summary: expect.stringContaining("encoding uncertain, language unknown"),
    warnings: [{ code: "uncertain_encoding" }],
  });
});

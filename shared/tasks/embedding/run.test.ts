import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FileError } from "../../errors.ts";
import { executeHere, processHere } from "../inProcess.ts";
import { localFile, runLocally } from "../local.ts";
import { TASKS } from "../registry.ts";
import { embedding } from "./index.ts";
import { options } from "./options.ts";
import { byCodePoint } from "./order.ts";
import { selectTerms } from "./vocabulary.ts";

const task = TASKS.find(({ name }) => name === "embedding") ?? expect.fail("embedding is registered");

async function embed(documents: readonly (string | Buffer)[], options: object = {}) {
  const files = documents.map((body, at) => ({ filename: `${at}.txt`, body: Buffer.from(body) }));
  const outcomes = await processHere(task, files, options);
  return outcomes.map((outcome) => (outcome.ok ? JSON.parse(String(outcome.body)) : outcome));
}

interface Case {
  readonly options: object;
  readonly terms: readonly string[];
  readonly idf: readonly number[] | null;
  readonly rows: readonly { readonly indices: readonly number[]; readonly values: readonly number[] }[];
}
const path = join(import.meta.dirname, "../../../tests/fixtures/embedding/tfidf.json");
const reference: { documents: string[]; cases: Case[] } = JSON.parse(readFileSync(path, "utf8"));

test.each(reference.cases)("equals scikit-learn with $options", async ({ options, terms, idf, rows }) => {
  const results = await embed(reference.documents, options);
  results.forEach((result, row) => {
    expect(result.features).toEqual(terms);
    expect(result.sparse.indices).toEqual(rows[row]?.indices);
    expect(largestDifference(result.sparse.values, rows[row]?.values ?? [])).toBeLessThan(1e-12);
    if (idf !== null) expect(largestDifference(result.idf, idf)).toBeLessThan(1e-12);
  });
});

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? Number.NaN))), 0);
}

test("the fields of the classic service keep their meaning", async () => {
  const review =
    "This is a great, great product. I love it! But the box was terrible.\nNaïve café owners agree.";
  const other = "Distributed systems share work between machines. Machines fail.";
  const [first] = await embed([review, other]);
  expect(first).toMatchObject({ vector_size: 15, non_zero_features: 9 });
  expect(first.features.slice(0, 3)).toEqual(["agree", "box", "café"]);
  expect(first.vector[0]).toBeCloseTo(0.28867513459481287, 12);
  expect(first.vector[3]).toBe(0);
});

test("max_features keeps the most frequent terms, ties by the alphabet", async () => {
  const [result] = await embed(["b b c a d"], { max_features: 3, stop_words: null, ngram_range: [1, 1] });
  expect(result.vector_size).toBe(0);
  const [words] = await embed(["bb bb cc aa dd"], { max_features: 3, stop_words: null });
  expect(words.features).toEqual(["aa", "bb", "cc"]);
});

test("by default every term is kept, and a vocabulary of more than 1,000 terms is written in sparse form only", async () => {
  const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at}`).join(" ");
  const [small] = await embed([words(1_000)]);
  expect(small).toMatchObject({ vector_size: 1_000, features: expect.any(Array) });
  const [large] = await embed([words(1_001)]);
  expect(large).toMatchObject({ vector_size: 1_001, features: null, vector: null, idf: null });
  expect(large.sparse.indices).toHaveLength(1_001);
});

test("beyond dense_limit only the sparse vector is written", async () => {
  const [result] = await embed(["one two three"], { stop_words: null, dense_limit: 2 });
  expect(result).toMatchObject({ vector: null, features: null, idf: null, vector_size: 3 });
  expect(result.sparse.terms).toEqual(["one", "three", "two"]);
});

test("neighbours are the nearest by cosine, with index and name", async () => {
  const [first] = await embed(["whale sea", "desert sand", "whale sea ship", "sea"], {
    neighbours: 2,
    norm: null,
  });
  expect(
    first.neighbours.map(({ index, filename }: { index: number; filename: string }) => [index, filename]),
  ).toEqual([
    [2, "2.txt"],
    [3, "3.txt"],
  ]);
});

test("a file that is not text fails alone and is no document of the vocabulary", async () => {
  const [bad, good] = await embed([Buffer.from("\0\0\x01\x02"), "whale"]);
  expect(bad).toMatchObject({ ok: false, code: "wrong_type" });
  expect(good).toMatchObject({ vector: [1], features: ["whale"], idf: [1] });
});

test("limits that leave no term fail each file with no_terms", async () => {
  const results = await embed(["whale", "sea"], { min_df: 2 });
  expect(results.map(({ code }) => code)).toEqual(["no_terms", "no_terms"]);
});

test("a vocabulary of more than a million terms is refused, and says what makes it smaller", async () => {
  const terms = Array.from({ length: 1_000_001 }, (_, i) => `t${i}`).sort();
  const all = options.parse({ max_features: null });
  await expect(selectTerms(frequenciesOf(terms), all)).rejects.toThrow(
    /1000001 terms, more than the limit of 1000000\. Use max_features/,
  );
  const { terms: two } = await selectTerms(frequenciesOf(terms), { ...all, max_features: 2 });
  expect(two).toEqual(["t0", "t1"]);
});

function frequenciesOf(terms: readonly string[]) {
  async function* blocks() {
    for (let from = 0; from < terms.length; from += 100_000) {
      yield terms.slice(from, from + 100_000).map((term) => ({ term, df: 1, total: 1 }));
    }
  }
  return { documents: 1, blocks: blocks() };
}

test("texts without any term have empty vectors", async () => {
  expect((await embed(["", "the"]))[0]).toMatchObject({ vector: [], vector_size: 0, non_zero_features: 0 });
});

test("the order in which slaves finish does not change a byte", async () => {
  const documents = reference.documents.map((body, at) => localFile(`${at}.txt`, Buffer.from(body)));
  const run = async (concurrency: number) => {
    const bodies: string[] = [];
    await runLocally(task, {
      options: embedding.options.parse({ neighbours: 3 }),
      files: documents,
      concurrency,
      signal: new AbortController().signal,
      execute: async (unit) => {
        // Later units are answered first.
        if (concurrency > 1)
          await new Promise((resolve) => setTimeout(resolve, 20 - ((unit.files[0]?.bytes ?? 0) % 20)));
        return executeHere(task, unit);
      },
      onResult: (index, outcome) => {
        bodies[index] = outcome.ok ? String(outcome.body) : outcome.code;
      },
    });
    return bodies;
  };
  expect(await run(8)).toEqual(await run(1));
});

test("of a group of documents that fails, only the document at fault fails", async () => {
  let folds = 0;
  const outcomes: string[] = [];
  await runLocally(task, {
    options: embedding.options.parse({}),
    files: Array.from({ length: 205 }, (_, n) => localFile(`${n}.txt`, Buffer.from(`whale sea${n}`))),
    concurrency: 1,
    signal: new AbortController().signal,
    execute: async (unit) => {
      if (unit.step === "fold") folds += 1;
      // The second of three groups of at most 100 documents, and in the units of one document that follow the 51st.
      if (unit.step === "fold" && (folds === 2 || folds === 3 + 51)) throw new FileError("timed_out", "late");
      return executeHere(task, unit);
    },
    onResult: (index, outcome) => {
      outcomes[index] = outcome.ok ? "done" : outcome.code;
    },
  });
  expect(outcomes.flatMap((outcome, index) => (outcome === "done" ? [] : [[index, outcome]]))).toEqual([
    [150, "timed_out"],
  ]);
  expect(outcomes).toHaveLength(205);
});

test("errors of options list the valid values", () => {
  expect(() => embedding.options.parse({ stop_words: "german" })).toThrow(
    /must be \\?"english\\?", a list of words, or null/,
  );
  expect(() => embedding.options.parse({ ngram_range: [2, 1] })).toThrow(
    /must not begin with the larger number/,
  );
  expect(() => embedding.options.parse({ min_df: 1.5 })).toThrow(
    /must be a share from 0 to 1, or a whole number/,
  );
});

test("terms are ordered by code point, not by UTF-16 unit", () => {
  const order = fc.array(fc.string({ unit: "binary" }), { maxLength: 5 });
  fc.assert(
    fc.property(order, (terms) => {
      const points = (term: string) =>
        [...term].map((character) => (character.codePointAt(0) ?? 0).toString(16).padStart(6, "0")).join("");
      const sorted = [...terms].sort(byCodePoint).map(points);
      expect(sorted).toEqual(terms.map(points).sort());
    }),
  );
});

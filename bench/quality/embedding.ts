import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";

/** The references have ten decimals; the unit tests compare all digits, with 1e-12. */
const TOLERANCE = 1e-10;

interface Reference {
  readonly documentIds: readonly string[];
  readonly vocabulary: readonly string[];
  readonly idf: readonly number[];
  readonly rows: Readonly<Record<string, readonly (readonly [column: number, value: number])[]>>;
  readonly nearest5ByCosine: Readonly<Record<string, readonly (readonly [id: string, cosine: number])[]>>;
}

interface Embedding {
  readonly features: readonly string[];
  readonly idf: readonly number[];
  readonly sparse: { readonly indices: readonly number[]; readonly values: readonly number[] };
  readonly neighbours: readonly { readonly filename: string; readonly similarity: number }[];
}

const SETS = [
  "cranfield-100-tfidf-default",
  "cranfield-100-tfidf-stopwords-english",
  "lee-100-tfidf-default",
  "lee-100-tfidf-stopwords-english",
];

export const check: QualityCheck = {
  task: "embedding",
  folder: "embedding",
  jobs: (files) => [
    { options: {}, files: files.filter(({ file }) => file.endsWith(".txt")) },
    ...SETS.flatMap((set) => jobOf(set, files)),
  ],
  score: async (jobs, outcomes, corpus) => [
    handled(jobs, outcomes),
    ...jobs
      .slice(1)
      .flatMap((job, at) =>
        compare(String(job.files[0]?.entry.set), job, { corpus, outcomes: outcomes[at + 1] ?? [] }),
      ),
  ],
};

/** The documents of a reference as files, named by their ids. */
function jobOf(set: string, files: readonly CorpusFile[]): QualityJob[] {
  const source = files.find(({ file }) => file === `${set}.json`);
  const documents = files.find(
    ({ file }) => file === (set.startsWith("lee") ? "lee-news.jsonl" : "cranfield.jsonl"),
  );
  if (source === undefined || documents === undefined) return [];
  const { documentIds }: Reference = JSON.parse(readFileSync(source.path, "utf8"));
  const folder = mkdtempSync(join(tmpdir(), "manyhands-quality-"));
  const texts = textsOf(documents.path);
  const options: JsonObject = {
    max_features: null,
    stop_words: set.endsWith("english") ? "english" : null,
    dense_limit: 100_000,
    neighbours: 5,
  };
  const rows = documentIds.map((id): CorpusFile => {
    const path = join(folder, `${id}.txt`);
    writeFileSync(path, texts.get(id) ?? "");
    return { file: `${id}.txt`, path, expect: "ok", entry: { set, id } };
  });
  return [{ options, files: rows }];
}

function textsOf(path: string): Map<string, string> {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const { id, text }: { id: string; text: string } = JSON.parse(line);
      return [id, text];
    }),
  );
}

function handled(jobs: readonly QualityJob[], outcomes: readonly (readonly Outcome[])[]): Check {
  const wrong = jobs.flatMap(({ files }, job) => files.filter((_, at) => outcomes[job]?.[at]?.ok !== true));
  return { name: "files without a result", value: wrong.length, target: "0", met: wrong.length === 0 };
}

interface Compared {
  readonly corpus: string;
  readonly outcomes: readonly Outcome[];
}

function compare(set: string, { files }: QualityJob, { corpus, outcomes }: Compared): Check[] {
  const reference: Reference = JSON.parse(readFileSync(join(corpus, `${set}.json`), "utf8"));
  const results = files.map((_, at): Embedding | undefined => {
    const outcome = outcomes[at];
    return outcome?.ok === true ? JSON.parse(outcome.body.toString("utf8")) : undefined;
  });
  const sameTerms = results.every(
    (result) => JSON.stringify(result?.features) === JSON.stringify(reference.vocabulary),
  );
  const worst = Math.max(...results.map((result, row) => differenceOf(result, reference.rows[row] ?? [])));
  const idf = Math.max(
    ...reference.idf.map((value, column) => Math.abs(value - (results[0]?.idf[column] ?? 0))),
  );
  const near = files.filter(
    ({ entry }, at) => !sameNeighbours(results[at], reference.nearest5ByCosine[String(entry.id)]),
  );
  return [
    { name: `${set}: vocabulary equal`, value: String(sameTerms), target: "true", met: sameTerms },
    {
      name: `${set}: largest difference of a weight`,
      value: worst,
      target: `<= ${TOLERANCE}`,
      met: worst <= TOLERANCE,
    },
    {
      name: `${set}: largest difference of an idf`,
      value: idf,
      target: `<= ${TOLERANCE}`,
      met: idf <= TOLERANCE,
    },
    {
      name: `${set}: documents with other neighbours`,
      value: near.length,
      target: "0",
      met: near.length === 0,
    },
  ];
}

function differenceOf(result: Embedding | undefined, row: readonly (readonly [number, number])[]): number {
  const values = new Map(result?.sparse.indices.map((column, at) => [column, result.sparse.values[at] ?? 0]));
  if (values.size !== row.length) return 1;
  return Math.max(0, ...row.map(([column, value]) => Math.abs(value - (values.get(column) ?? 1))));
}

/** Compares cosines, because two documents may be equally near. */
function sameNeighbours(
  result: Embedding | undefined,
  nearest: readonly (readonly [string, number])[] = [],
): boolean {
  const own = result?.neighbours ?? [];
  return nearest.every(([, cosine], at) => Math.abs(cosine - (own[at]?.similarity ?? 0)) < 1e-7);
}

import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { z } from "zod";
import { executeHere, processHere } from "./inProcess.ts";
import { localFile, runLocally } from "./local.ts";
import { TASKS, taskNamed } from "./registry.ts";
import type { TaskDefinition } from "./task.ts";

const FIXTURES = join(import.meta.dirname, "../../tests/fixtures");

/** Files whose results together have every field of their task, with the options that ask for some of them. */
const REAL: Readonly<Record<string, readonly (readonly [files: readonly string[], options: object])[]>> = {
  text: [
    [["classic/inputs/review.txt", "text/deu.utf8", "text/japanese-shift_jis.txt", "empty"], {}],
    [["text/deu.utf8"], { language: "de", keywords: 0, whole_text_characters: 10, sentences: 1 }],
  ],
  embedding: [
    [["classic/inputs/review.txt", "classic/inputs/other.txt", "empty"], { neighbours: 2 }],
    [["classic/inputs/review.txt", "classic/inputs/other.txt"], { dense_limit: 0, max_features: null }],
  ],
  ocr: [
    [["classic/inputs/words.png", "ocr/two-pages.tiff"], {}],
    [["document/three-pages.pdf"], { pages: "first", preprocess: "none" }],
  ],
  audio: [
    [["classic/inputs/tone.wav", "classic/inputs/quiet.wav", "audio/tagged.wav", "audio/ms-stereo.wav"], {}],
    [
      ["audio/two-s24.flac", "audio/two-streamed.flac"],
      { levels: false, silence: false, waveform_points: 0 },
    ],
    [["audio/gsm.wav", "audio/tone.mp3", "audio/rf64.wav"], { spectrum: false, loudness: false }],
  ],
  document: [
    [["classic/inputs/page.pdf", "document/three-pages.pdf", "classic/inputs/plain.md"], { format: "html" }],
    [["document/scans.pdf"], { ocr: true }],
    [
      ["document/various.docx", "document/comments.docx", "document/numbered-list.docx"],
      { format: "markdown" },
    ],
    [["document/first-page-header.docx", "document/text-box.docx"], {}],
  ],
  mean: [
    [["mean/nist-Lew.txt", "mean/nist-Mavro.txt"], { ragged: true }],
    [["mean/nist-Lew.txt"], {}],
  ],
  train: [
    [["../../examples/files/apples.csv"], { folds: 2, grid: { trees: [5, 10] } }],
    [["../../examples/files/apples.csv"], { target: "acid_g", model: "ridge" }],
  ],
  function: [
    [
      ["../../examples/files/orders.json"],
      { source: "(x) => { console.log(x); return x.count > 2 ? x : x.y.z; }", mode: "trusted" },
    ],
  ],
};

async function filesOf(names: readonly string[]) {
  return await Promise.all(
    names.map(async (name) => ({
      filename: basename(name),
      body: name === "empty" ? Buffer.alloc(0) : await readFile(join(FIXTURES, name)),
    })),
  );
}

/** Refuses members that the schema does not have, which a published schema allows: a later version may add some. */
function faultsOf(schema: z.ZodType, body: unknown): unknown {
  const ajv = new Ajv2020({ strict: false, allowUnionTypes: true });
  const validate = ajv.compile(z.toJSONSchema(schema, { io: "output" }));
  return validate(JSON.parse(String(body))) ? [] : validate.errors;
}

const CASES = Object.entries(REAL).flatMap(([name, runs]) =>
  runs.map(([files, options]) => [name, files, options] as const),
);

test.each(CASES)(
  "the schema of %s fits the results of %j with %j, member for member",
  async (name, files, options) => {
    const task = taskNamed(name);
    const others = ["document", "ocr"].filter((other) => other !== name).map(taskNamed);
    const outcomes = await processHere([task, ...others], await filesOf(files), options);
    expect(outcomes).toHaveLength(files.length);
    for (const outcome of outcomes) {
      if (!outcome.ok) throw new Error(`${name} has no result: ${outcome.error}`);
      expect(faultsOf(schemaOf(task, name), outcome.body)).toEqual([]);
    }
  },
  120_000,
);

test.each([
  ["embedding", "embedding-vocabulary", ["classic/inputs/review.txt", "classic/inputs/other.txt"]],
  ["mean", "mean-job", ["mean/nist-Lew.txt", "mean/nist-Lew.txt"]],
])("%s: the schema %s fits the result of the job", async (name, schema, files) => {
  const task = taskNamed(name);
  const attached: [name: string, body: unknown][] = [];
  await runLocally(task, {
    options: task.options.parse({}),
    files: (await filesOf(files)).map(({ filename, body }) => localFile(filename, body)),
    execute: (unit) => executeHere(task, unit),
    concurrency: 1,
    signal: new AbortController().signal,
    onResult: () => undefined,
    onAttached: (attachment, { body }) => {
      attached.push([attachment, body]);
    },
  });
  const found = attached.filter(([attachment]) => attachment.endsWith(".json"));
  expect(found).toHaveLength(1);
  expect(faultsOf(schemaOf(task, schema), found[0]?.[1])).toEqual([]);
});

test.each(TASKS.map((task) => [task.name, task] as const))(
  "%s: schemas are named after it, in its version",
  (name, task) => {
    const isJson = task.resultType(task.options.parse({})) === "application/json";
    expect(Object.hasOwn(task.results, name)).toBe(isJson);
    for (const [schema, type] of Object.entries(task.results)) {
      expect(schema.startsWith(name)).toBe(true);
      const text = JSON.stringify(z.toJSONSchema(type, { io: "output" }));
      expect(text).toContain(`"task":{"type":"string","const":"${name}"`);
      expect(text).toContain(`"schema_version":{"type":"number","const":${task.schemaVersion}`);
    }
  },
);

test("a result with another type in a field does not fit", async () => {
  const text = taskNamed("text");
  const [outcome] = await processHere(text, await filesOf(["classic/inputs/review.txt"]));
  if (outcome?.ok !== true) throw new Error("there is no result");
  const result = JSON.parse(String(outcome.body)) as Record<string, unknown>;
  for (const change of [{ word_count: "5" }, { unheard_of: 1 }, { sentiment: null }, { task: "audio" }])
    expect(faultsOf(schemaOf(text, "text"), JSON.stringify({ ...result, ...change }))).not.toEqual([]);
});

function schemaOf(task: TaskDefinition, name: string): z.ZodType {
  const schema = task.results[name];
  if (schema === undefined) throw new Error(`${task.name} has no schema ${name}`);
  return schema;
}

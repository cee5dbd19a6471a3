import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { randomOf } from "../../shared/ml/random.ts";
import { fromTypedText, toTypedText } from "../../shared/values/typedJson.ts";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";

/** Functions whose values the language defines to the bit. */
const EXACT = [
  "(x) => x.number ** 2 + x.number / 3",
  "(x) => [x.number | 0, x.number >>> 1, Math.fround(x.number), Math.imul(x.number, 31)]",
  "(x) => (x.number * 1e6).toString(36) + x.number.toPrecision(7) + x.number.toFixed(3)",
  "(x) => x.big ** 3n % 1000003n",
  "(x) => x.words.map((word) => word.normalize('NFD').toUpperCase()).sort().join('|')",
  "(x) => x.words.join(' ').replace(/(\\p{L})(\\p{L}*)/gu, (_, head, tail) => tail + head)",
  "(x) => new Map(x.words.map((word) => [word, [...word].length]))",
  "(x) => new Set(x.words.flatMap((word) => [...word]))",
  "(x) => [x.date.toISOString(), x.date.getTime() % 86400000, new Date(x.date.getTime() + 1)]",
  "(x) => Uint8Array.from(x.bytes, (byte) => byte ^ 0x5a)",
  "(x) => Float64Array.from(x.bytes, (byte) => byte / 7).reduce((sum, value) => sum + value, 0)",
  "(x) => [undefined, null, NaN, -0, Infinity, x.number > 0]",
  "(x) => x.words.toSorted().with(0, 'first').concat(Object.entries(x.nested).flat())",
  "(x) => { try { null.field } catch (error) { return [error.name, x.words.at(-1)]; } }",
  "(x) => JSON.stringify(x.nested, null, 1) + encodeURIComponent(x.words.join('/'))",
  "async (x) => (await Promise.all(x.bytes.subarray(0, 3))).toString()",
  "(x) => { function* up(n) { for (let i = 0; i < n; i += 1) yield i * i; } return [...up(x.words.length)]; }",
];

/** Functions that engines may round differently. */
const ROUNDED = [
  "sin cos tan asin atan sinh tanh exp expm1 log1p cbrt".split(" ").map((name) => `Math.${name}(x.unit)`),
  "log log2 log10 sqrt asinh".split(" ").map((name) => `Math.${name}(x.unit + 1)`),
  ["x.unit ** 1.7", "Math.hypot(x.unit, 2)", "Math.atan2(x.unit, 3)"],
]
  .flat()
  .map((expression) => `(x) => ${expression}`);

const MODES = ["sandbox", "trusted"] as const;
const ITEMS = 200;
/** Relative difference that two correct libraries of mathematics may have: a few units in the last place. */
const FEW_ULPS = 1e-15;

/** Functions over generated values, in both modes: what `Array.prototype.map` gives in this process is right. */
export const check: QualityCheck = {
  task: "function",
  folder: "ml",
  jobs: async () => {
    const items = await itemsFile(drawnItems());
    return MODES.flatMap((mode) =>
      [...EXACT, ...ROUNDED].map((source) => ({ options: { source, mode }, files: [items] })),
    );
  },
  score: async (jobs, outcomes) => {
    const checks: Check[] = [];
    for (const mode of MODES) {
      const done = jobs.map((job, at) => ({ job, outcome: outcomes[at]?.[0] }));
      const own = done.filter(({ job }) => job.options.mode === mode);
      checks.push(
        await exactly(mode, own.slice(0, EXACT.length)),
        await nearly(mode, own.slice(EXACT.length)),
      );
    }
    return checks;
  },
};

interface Done {
  readonly job: QualityJob;
  readonly outcome: Outcome | undefined;
}

function drawnItems(): readonly object[] {
  const random = randomOf(3);
  const words = "straße Ελλάδα naïve 東京 emoji👩‍👩‍👧 x İstanbul ﬁn zebra Ångström".split(" ");
  return Array.from({ length: ITEMS }, (_, at) => ({
    number: (random() - 0.5) * 10 ** (at % 9),
    unit: random(),
    big: BigInt(Math.floor(random() * 2 ** 50)) * 7n ** BigInt(at % 20),
    words: Array.from({ length: 1 + (at % 5) }, () => words[Math.floor(random() * words.length)] ?? ""),
    date: new Date(Math.floor(random() * 4e12) - 1e12),
    bytes: Uint8Array.from({ length: at % 17 }, () => Math.floor(random() * 256)),
    nested: { a: at, list: [random(), { deep: at % 2 === 0 }], none: null },
  }));
}

async function itemsFile(items: readonly object[]): Promise<CorpusFile> {
  const path = join(await mkdtemp(join(tmpdir(), "manyhands-quality-")), "items.ndjson");
  await writeFile(path, items.map((item) => `${toTypedText(item)}\n`).join(""));
  return { file: "items.ndjson", path, expect: "ok", entry: {} };
}

/** What the function gives here. Each call gets values of its own. */
async function valuesHere({ options }: QualityJob): Promise<unknown[]> {
  const call = runInNewContext(String(options.source), globalsOfValues()) as (item: object) => unknown;
  return await Promise.all(drawnItems().map((item) => call(item)));
}

/** Values of the items belong to this realm, so the classes of values must do so, too. */
function globalsOfValues(): object {
  return { Map, Set, Date, Uint8Array, Float64Array, Promise, Object, JSON, Math };
}

function valuesThere(outcome: Outcome | undefined): unknown[] {
  if (!outcome?.ok) return [];
  const { results } = JSON.parse(outcome.body.toString("utf8")) as { results: { value?: unknown }[] };
  return results.map(({ value }) => fromTypedText(JSON.stringify(value ?? null)));
}

async function exactly(mode: string, done: readonly Done[]): Promise<Check> {
  const wrong: string[] = [];
  for (const { job, outcome } of done) {
    const wanted = (await valuesHere(job)).map(toTypedText);
    const found = valuesThere(outcome).map(toTypedText);
    const bad = wanted.filter((text, at) => text !== found[at]).length;
    if (bad > 0) wrong.push(`${bad} values of ${job.options.source}`);
  }
  const name = `${mode}: functions whose ${ITEMS} values are those of this process`;
  const value = `${done.length - wrong.length} of ${done.length}`;
  const measure = { name, value, target: "all", met: wrong.length === 0 };
  return wrong.length === 0 ? measure : { ...measure, note: wrong.join("; ") };
}

async function nearly(mode: string, done: readonly Done[]): Promise<Check> {
  let largest = 0;
  for (const { job, outcome } of done) {
    const found = valuesThere(outcome);
    for (const [at, wanted] of (await valuesHere(job)).entries()) {
      const difference = Math.abs(Number(found[at]) / Number(wanted) - 1);
      largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
  }
  const name = `${mode}: largest relative difference of ${done.length} functions of Math`;
  const value = Number(largest.toPrecision(2));
  return { name, value, target: `<= ${FEW_ULPS}`, met: largest <= FEW_ULPS };
}

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { lines, pagesOf } from "../../shared/tasks/document/testing.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import { assign, fixture, type NamedBody, startFleet } from "./fleet.ts";

/** One job: files, some of which take several units, and how many extra results the job leaves. */
interface Sample {
  readonly task: string;
  readonly files: readonly NamedBody[];
  readonly options?: object;
  readonly attachments?: number;
}

/** SHA-256 of each result by the name of its job and file. */
type Digests = Readonly<Record<string, string>>;

// Two fleets do all tasks one after the other, OCR with cold engines included.
test("the results of every task are the same bytes from one slave and from three", {
  timeout: 600_000,
}, async () => {
  const samples = await allSamples();
  expect(new Set(samples.map(({ task }) => task))).toEqual(new Set(TASKS.map(({ name }) => name)));
  const one = await digestsFrom(1, samples);
  expect(Object.keys(one)).toHaveLength(samples.reduce((sum, job) => sum + resultsOf(job), 0));
  expect(await digestsFrom(3, samples)).toEqual(one);
});

async function allSamples(): Promise<Sample[]> {
  const named = async (name: string) => ({ name: name.split("/").at(-1) ?? name, body: await fixture(name) });
  const classic = async (...names: readonly string[]) =>
    Promise.all(names.map((name) => named(`classic/inputs/${name}`)));
  return [
    { task: "image", files: await classic("tiny.jpg", "words.png") },
    { task: "ocr", files: [...(await classic("words.png")), await named("ocr/two-pages.tiff")] },
    {
      task: "ocr",
      files: [{ name: "scanned.pdf", body: pagesOf(["one", "two", "three"].map((word) => lines(word))) }],
      options: { preprocess: "none" },
    },
    { task: "audio", files: await classic("tone.wav", "quiet.wav") },
    { task: "text", files: [...(await classic("review.txt", "other.txt")), largeText()] },
    {
      task: "embedding",
      files: essays(40),
      options: { neighbours: 3, max_features: null, ngram_range: [1, 2] },
      attachments: 1,
    },
    { task: "mean", files: columns(23), options: { partition: 3 }, attachments: 2 },
    {
      task: "train",
      files: [await named("../../examples/files/apples.csv")],
      options: { folds: 3, grid: { depth: [3, null] } },
    },
    { task: "train", files: flats(3), options: { model: "ridge", folds: 4 } },
    { task: "predict", files: [await named("../../examples/files/apples_model.json"), manyApples()] },
    {
      task: "function",
      files: [await named("../../examples/files/orders.json")],
      options: {
        source: "(x, i) => { console.log(x); return x.count > 2 ? new Map([[x, i]]) : y; }",
        args: [3],
      },
    },
    {
      task: "function",
      files: [manyNumbers()],
      options: { source: "(x) => (Number(x.slice(80)) % 999 === 0 ? y : x.length)", mode: "trusted" },
    },
    { task: "document", files: await classic("page.pdf", "note.docx", "plain.md") },
    {
      task: "document",
      files: [{ name: "mixed.pdf", body: mixedPdf() }],
      options: { pages_per_unit: 3, ocr: true },
    },
  ];
}

async function digestsFrom(slaves: number, samples: readonly Sample[]): Promise<Digests> {
  const fleet = await startFleet({ FLEET_TOKEN: "secret", ALLOW_FUNCTIONS: "trusted" });
  try {
    // The second and the third are as on machines of their own: files are sent, and inputs of many units are kept.
    await Promise.all(
      Array.from({ length: slaves }, (_, nth) => fleet.slave({ HANDOVER: nth === 0 ? "true" : "false" })),
    );
    await fleet.alive(slaves);
    const digests: Record<string, string> = {};
    for (const [job, sample] of samples.entries()) {
      for (const [name, url] of await urlsOf(fleet.master.url, sample)) {
        const body = Buffer.from(await (await fetch(fleet.master.url + url)).arrayBuffer());
        digests[`${job} ${sample.task} ${name}`] = createHash("sha256").update(body).digest("hex");
      }
    }
    return digests;
  } finally {
    await fleet.stop();
  }
}

/** Names and addresses of a job's results; the names of extra ones without the job's id. */
async function urlsOf(master: string, { task, files, options = {} }: Sample): Promise<[string, string][]> {
  const field = TASKS.find(({ name }) => name === task)?.field ?? "";
  const { body } = await assign(master, files, { task, field, options });
  expect(body.failed_files).toEqual([]);
  const results = body.files.map((file): [string, string] => [file.filename, file.url ?? ""]);
  const extra = body.attachments.map(({ name, url }): [string, string] => [
    name.replace(body.job_id, "*"),
    url,
  ]);
  return [...results, ...extra];
}

function resultsOf({ files, attachments = 0 }: Sample): number {
  return files.length + attachments;
}

/** A text that is larger than one unit. */
function largeText(): NamedBody {
  const sentences = ["The day was good.", "Rain is terrible!", "Nobody came, and the café was not bad."];
  const body = Array.from({ length: 175_000 }, (_, i) => `${sentences[i % 3]} It was number ${i % 997}.`);
  return { name: "large.txt", body: Buffer.from(body.join("\n").slice(0, 4_200_000)) };
}

function essays(count: number): NamedBody[] {
  const words = ["whale", "ship", "storm", "café", "garden", "kitchen", "harbour", "sail", "wind"];
  return Array.from({ length: count }, (_, i) => {
    const text = Array.from({ length: 30 + i }, (_, k) => words[(i * 7 + k * (i + 3)) % words.length]).join(
      " ",
    );
    return { name: `essay-${i}.txt`, body: Buffer.from(text) };
  });
}

function columns(count: number): NamedBody[] {
  return Array.from({ length: count }, (_, i) => {
    const numbers = Array.from(
      { length: 500 },
      (_, k) => `${(i * 31 + k) % 89}.${(i + k) % 10}e${(k % 7) - 3}`,
    );
    return { name: `column-${i}.txt`, body: Buffer.from(numbers.join("\n")) };
  });
}

/** A table of several blocks. */
function manyApples(): NamedBody {
  const rows = Array.from(
    { length: 90_000 },
    (_, i) =>
      `crate ${i},${100 + (i % 150)},${60 + (i % 30)},${["red", "green"][i % 2]},12.${i % 10},${i % 9}.5`,
  );
  const text = `crate,weight_g,diameter_mm,colour,sugar_brix,acid_g\n${rows.join("\n")}\n`;
  return { name: "many.csv", body: Buffer.from(text) };
}

/** One table in several files: prices of flats with a law and some noise. */
function flats(files: number): NamedBody[] {
  return Array.from({ length: files }, (_, file) => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const [size, floor] = [30 + ((i * 37 + file * 11) % 90), (i * 7 + file) % 6];
      return `${size},${floor},${["north", "south", "east"][(i + file) % 3]},${size * 9.5 + floor * 12 + (i % 17)}`;
    });
    return { name: `flats-${file}.csv`, body: Buffer.from(`size,floor,side,price\n${rows.join("\n")}\n`) };
  });
}

/** Ten pages in ranges; two of them have letters drawn as boxes and no text. */
function mixedPdf(): Buffer {
  const contents = Array.from({ length: 10 }, (_, page) =>
    page % 5 === 3 ? drawn() : lines(`Page ${page} of the report`, "with a second line"),
  );
  return pagesOf(contents);
}

/** The letters H, I and L, in boxes. */
function drawn(): string {
  const letters = [
    ["100 500 20 120", "160 500 20 120", "120 550 40 20"],
    ["220 500 20 120"],
    ["280 500 20 120", "300 500 50 20"],
  ];
  return letters
    .flat()
    .map((box) => `${box} re f`)
    .join("\n");
}

/** Large enough that it is cut, and its items are called in several units. */
function manyNumbers(): NamedBody {
  const numbers = Array.from({ length: 30_000 }, (_, at) => `"${"x".repeat(80)}${at}"`);
  return { name: "numbers.ndjson", body: Buffer.from(numbers.join("\n")) };
}

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { closeBrowser, type OpenTab, openTab } from "./page.ts";
import { CODE, sendViewedJobs, type ViewedJobs } from "./viewedJobs.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let fleet: RunningFleet;
let jobs: ViewedJobs;
let tab: OpenTab;
let dialogs: string[];

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave({ SLAVE_SLOTS: "2" });
  await fleet.alive(1);
  jobs = await sendViewedJobs(fleet.master.url);
}, 180_000);

afterEach(async () => {
  const { faults } = tab;
  await tab.close();
  expect([...faults, ...dialogs]).toEqual([]);
});

afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

/** @param view job and file, then the tab: `ocr/0?tab=text` */
async function open(view: string, options = {}): Promise<Page> {
  const [, job = "", rest = ""] = /^(\w+)\/(.*)$/.exec(view) ?? [];
  const id = jobs[job as keyof ViewedJobs];
  dialogs = [];
  tab = await openTab(`${fleet.master.url}/jobs/${id}/files/${rest}`, options);
  tab.page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return tab.page;
}

/** Number of colours that a drawing has: 1 when nothing is drawn. */
async function coloursOf(page: Page, drawing = "canvas"): Promise<number> {
  return (await page.evaluate(`{
    const canvas = document.querySelector("${drawing}");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    new Set(new Uint32Array(data.buffer)).size;
  }`)) as number;
}

/** The side of its cell at which each text stands. */
const SIDES = `Object.fromEntries([...document.querySelectorAll(".cellsof td")].map((cell) => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  const [own, whole] = [text.getBoundingClientRect(), cell.getBoundingClientRect()];
  const [left, right] = [own.left - whole.left, whole.right - own.right];
  return [cell.textContent, left < right ? "left" : "right"];
}))`;
/** Where the sign of a negative number stands. */
const SIGN_AT = `(() => {
  const cell = [...document.querySelectorAll(".cellsof td")].find(({ textContent }) => textContent === "-32");
  const edgeOf = (at) => {
    const one = document.createRange();
    one.setStart(cell.firstChild, at);
    one.setEnd(cell.firstChild, at + 1);
    return one.getBoundingClientRect().left;
  };
  return edgeOf(0) < edgeOf(1) ? "before" : "behind";
})()`;

test("a picture is compared with its original by a curtain that the keyboard moves", async () => {
  const page = await open("image/0");
  const curtain = page.getByRole("slider", { name: "Share of the picture that shows the original" });
  const original = page.getByRole("img", { name: "24-bit.bmp, the original" });
  const edge = () => original.evaluate((picture) => picture.style.clipPath);
  await curtain.focus();
  expect(await edge()).toBe("inset(0px 50% 0px 0px)");
  await page.keyboard.press("Home");
  expect(await edge()).toBe("inset(0px 100% 0px 0px)");
  for (const picture of await page.locator(".curtain img").all())
    await expect
      .poll(() => picture.evaluate((image: { naturalWidth?: number }) => image.naturalWidth ?? 0))
      .not.toBe(0);
  await page
    .getByText(/^\d+ × \d+/)
    .first()
    .waitFor();
});

test("a file that failed says why and what to do", async () => {
  const page = await open("document/4");
  await page.locator(".filehead").getByText("Retry with the option password.").waitFor();
  expect(await page.getByRole("link", { name: "Original" }).getAttribute("href")).toBe(
    `/jobs/${jobs.document}/files/4/input`,
  );
});

test("the words of a scan stand over its picture, and are searched, read and counted", async () => {
  const page = await open("ocr/0");
  const sheet = page.getByRole("region", { name: "Page 1" });
  await sheet.locator("img").waitFor();
  const words = sheet.locator(".word");
  expect(await words.count()).toBeGreaterThan(5);
  const first = (await words.first().textContent()) ?? "";
  await page.getByRole("searchbox", { name: "Search in the text" }).fill(first);
  expect(await sheet.locator(".found").count()).toBeGreaterThan(0);
  await page.getByText(/^\d+ words? on 1 page$/).waitFor();
  await page.getByText("mean confidence").waitFor();
  await page.getByRole("link", { name: "Text", exact: true }).click();
  await page.getByRole("button", { name: "Copy text" }).waitFor();
  expect(await page.locator(".readtext").textContent()).toContain(first);
});

test("pages of a format that browsers do not show have their words where they were read", async () => {
  const page = await open("ocr/1");
  await page.getByText("Browsers do not show the pages of this format.").waitFor();
  await page.getByText("page 1 of 2").waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  expect(await page.getByRole("region", { name: "Page 2" }).locator(".word").count()).toBeGreaterThan(0);
});

test("the sentiment of each sentence is drawn, with the mean weighed by confidence", async () => {
  const page = await open("text/0");
  const sentence = page.getByRole("listitem").filter({ hasText: "A wonderful day by the sea" });
  await sentence.locator(".good").waitFor();
  await page.getByText("mean of the sentences, weighed by confidence").waitFor();
  await page.getByRole("figure", { name: /^Sentiment [+−]?\d\.\d\d, between −1 and \+1$/ }).waitFor();
  await page.getByRole("link", { name: "Words and numbers" }).click();
  await page.getByRole("region", { name: /^Keywords/ }).waitFor();
});

test("terms have weights, neighbours lead to their files, and the map tells each pair by keyboard", async () => {
  const page = await open("embedding/0");
  await page
    .getByRole("region", { name: /^Terms/ })
    .getByText("harbour", { exact: true })
    .waitFor();
  expect(await page.getByRole("link", { name: "boats.txt" }).last().getAttribute("href")).toBe(
    `/jobs/${jobs.embedding}/files/1`,
  );
  await page.getByRole("link", { name: "Similarity" }).click();
  await page.getByText("3 of 3 files").waitFor();
  expect(await coloursOf(page)).toBeGreaterThan(2);
  await page.getByRole("button", { name: /^Map of similarities/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.getByText(/^boats\.txt and boats\.txt: 1\.000$/).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/files/1?tab=heat`);
});

test("a recording has its waveform, levels and a player; one that is no WAV says what it is", async () => {
  const page = await open("audio/0");
  await page.getByText("loudness, integrated").waitFor();
  expect(await coloursOf(page)).toBeGreaterThan(1);
  const player = page.getByLabel("The recording tagged.wav");
  await expect
    .poll(() => player.evaluate((audio: { readyState?: number }) => audio.readyState ?? 0))
    .toBeGreaterThan(0);
  await page.getByRole("slider", { name: "Place in the recording" }).focus();
  await page.keyboard.press("End");
  expect(await player.evaluate((audio: { currentTime?: number }) => audio.currentTime ?? 0)).toBeGreaterThan(
    0,
  );
  await page.goto(page.url().replace(/0$/, "1"));
  await page.getByText("This is mp3, which is not decoded: nothing was measured.").waitFor();
});

test("a recording has its loudness over time, with the levels of the place that is played", async () => {
  const page = await open("audio/2");
  const loudness = page.getByRole("figure", { name: "Loudness over time" });
  await loudness
    .getByRole("img", { name: /^Loudness over 0:\d\d\.\d\d: from −\d+\.\d to −\d+\.\d LUFS/ })
    .waitFor();
  await page.getByRole("slider", { name: "Place in the recording" }).focus();
  await page.keyboard.press("End");
  await loudness.getByText(/^over 400 ms: −\d+\.\d LUFS$/).waitFor();
  expect(await coloursOf(page, ".loudness canvas")).toBeGreaterThan(3);
});

test("a document reads by page, and says which pages have no text", async () => {
  const page = await open("document/0");
  await page.getByText("page 1 of 3").waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByRole("article", { name: "Page 2" }).waitFor();
  await page.goto(page.url().replace(/0$/, "1"));
  await page.getByText(/text layer.*The task ocr reads/).waitFor();
  await page.goto(page.url().replace(/1$/, "2"));
  await page.getByRole("region", { name: "Table 1" }).waitFor();
  await page.goto(page.url().replace(/2$/, "3"));
  await page.getByRole("region", { name: /^Comments/ }).waitFor();
});

test("a workbook is read sheet by sheet, with each sheet as a table", async () => {
  const page = await open("kinds/0");
  const sheet = page.getByRole("article", { name: "Boats" });
  await sheet.getByText("Aurora").waitFor();
  const table = page.getByRole("region", { name: "Table 1" });
  expect(await table.getByRole("cell").allTextContents()).toEqual(["name", "length", "Aurora", "32"]);
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByRole("article", { name: "Quays" }).waitFor();
  expect(await table.getByRole("cell").allTextContents()).toEqual(["north", "south"]);
});

test("numbers of a table of Hebrew stand at the right, where its words begin, with their sign before them", async () => {
  const page = await open("kinds/0");
  for (const name of ["Quays", "סירות"]) {
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByRole("article", { name }).waitFor();
  }
  const sides = (await page.evaluate(SIDES)) as Record<string, string>;
  expect(sides).toEqual({ שם: "right", אורך: "right", Aurora: "left", "-32": "right" });
  expect(await page.evaluate(SIGN_AT)).toBe("before");
});

test("a mail has its fields and the files that it brings", async () => {
  const page = await open("kinds/1");
  const about = page.getByRole("region", { name: "About the file" });
  await about.getByText("Ann <ann@example.org>").waitFor();
  await about.getByText("Bea <bea@example.org>").waitFor();
  await page
    .getByRole("region", { name: /^Files inside/ })
    .getByText("boats.csv")
    .waitFor();
  await page.getByRole("article", { name: "Two boats" }).getByText("The list is attached.").waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  const table = page.getByRole("region", { name: "boats.csv" }).getByRole("region", { name: "Table 1" });
  await table.waitFor();
  expect(await table.getByRole("cell").allTextContents()).toEqual(["name", "length", "Aurora", "32"]);
});

test("a book is read chapter by chapter, and a letter of old Word as one text", async () => {
  const page = await open("kinds/2");
  await page.getByRole("article", { name: "Out at sea" }).getByText("It is calm.").waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByRole("article", { name: "Home again" }).getByText("It rains.").waitFor();
  await page.goto(page.url().replace(/2$/, "3"));
  await page.getByText("A letter about boats.").waitFor();
});

test("the mean over the index is drawn with its spread, and its numbers stand below", async () => {
  const page = await open("mean/0");
  await page.getByText("All 2 files").waitFor();
  expect(await coloursOf(page)).toBeGreaterThan(3);
  await page.getByRole("slider", { name: "Index" }).focus();
  await page.keyboard.press("End");
  await page.getByText("Index 2: mean −1").waitFor();
  expect(await page.getByRole("table", { name: "Mean at each index" }).getByRole("row").count()).toBe(4);
});

test("a model tells how good it is, which class is taken for which, what it looks at, and what it was made from", async () => {
  const page = await open("train/0");
  await page
    .getByText(/^A random forest \(trees 20, .*\) that predicts variety, learned from 150 rows\.$/)
    .waitFor();
  await page.getByRole("region", { name: "Cross-validation, 3 folds" }).waitFor();
  const matrix = page.getByRole("region", { name: "Confusion matrix" }).first();
  const cells = await matrix.getByRole("cell").allTextContents();
  expect(cells).toHaveLength(9);
  expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBe(30);
  const points = page.getByRole("region", { name: "Points of the grid", exact: true });
  expect(await points.getByRole("row").count()).toBe(3);
  const importance = page.getByRole("region", { name: /^Importance/ });
  await importance.getByText(/^\d+\.\d %, number, 4 missing$/).waitFor();
  await page.getByText("apples.csv (150 rows)").waitFor();
});

test("a model of numbers has their errors, and one of two classes a ROC curve", async () => {
  const page = await open("numbers/0");
  await page.getByText("mean absolute error").waitFor();
  expect(await page.getByRole("region", { name: "Confusion matrix" }).count()).toBe(0);
  const url = `${fleet.master.url}/results/train/apples_model.json`;
  const model = (await (await fetch(url)).json()) as { metrics: { held_out: object }; arrays: object };
  const heldOut = {
    ...model.metrics.held_out,
    auc: 0.75,
    roc: [
      [0, 0],
      [0.25, 0.75],
      [1, 1],
    ],
  };
  const asked: string[] = [];
  await page.route("**/results/**", async (route) => {
    asked.push(route.request().headers().range ?? "whole");
    await route.fulfill({
      json: {
        ...model,
        target: { name: CODE, labels: [CODE, "b"] },
        metrics: { ...model.metrics, held_out: heldOut },
      },
    });
  });
  await page.goto(`${fleet.master.url}/jobs/${jobs.train}/files/0`);
  await page.getByRole("img", { name: "ROC curve, area 0.750" }).waitFor();
  expect(await page.getByRole("region", { name: "Confusion matrix" }).first().textContent()).toContain(CODE);
});

test("predictions are shown from their first rows, the prediction first", async () => {
  const page = await open("predict/0");
  await page.getByText("12 rows", { exact: true }).waitFor();
  const table = page.getByRole("table", { name: "Predictions" });
  expect((await table.getByRole("columnheader").allTextContents()).slice(0, 3)).toEqual([
    "prediction",
    "probability_Boskoop",
    "probability_Elstar",
  ]);
  await page.goto(`${fleet.master.url}/jobs/${jobs.predict}/files/1`);
  await page
    .getByText(/^1 rows were left out; the first: row 3, column weight_g: "heavy" is not a number\.$/)
    .waitFor();
  await page.getByText(/^[\d,]+ rows, the first 262 KB$/).waitFor();
  await table.getByText(CODE).waitFor();
});

test("results of two jobs stand side by side, with the values and options that differ", async () => {
  const page = await open("text/0?tab=compare");
  await page.getByText(/^\d+ values differ, \d+ are the same\.$/).waitFor();
  await page.getByRole("cell", { name: "sentiment.sentences_omitted" }).waitFor();
  expect(await page.getByLabel("Compared with").inputValue()).toBe(jobs.shortText);
  await page.locator(".chip").filter({ hasText: "sentences" }).waitFor();
});

test("the tree of a result opens by keyboard, and 100,000 members are drawn as far as they are seen", async () => {
  const page = await open("text/1");
  const values = Array.from({ length: 100_000 }, (_, at) => at);
  await page.route("**/results/**", (route) => route.fulfill({ json: { [CODE]: CODE, values } }));
  await page.goto(`${page.url()}?tab=json`);
  const tree = page.getByRole("tree", { name: "JSON of the result" });
  await tree.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("treeitem", { name: "17 17", exact: true }).waitFor();
  await page.keyboard.press("End");
  await page.getByRole("treeitem", { name: "99999 99999" }).waitFor();
  expect(await page.getByRole("treeitem").count()).toBeLessThan(100);
});

test("a result without the fields of its viewer is told in words, and the page goes on", async () => {
  const page = await open("text/1");
  for (const [json, sentence] of [
    [{ task: "text", schema_version: 1 }, "The result lacks fields that this view needs"],
    [{ task: "text", schema_version: 2 }, "The result has not the fields of version 1 of text."],
    [[], "The result has not the fields"],
  ] as const) {
    await page.route("**/results/**", (route) => route.fulfill({ json }));
    await page.reload();
    await page.getByText(sentence).waitFor();
  }
  await page.getByRole("link", { name: "JSON" }).click();
  await page.getByRole("tree").waitFor();
});

test("a result that is too large to be shown is offered for download", async () => {
  const page = await open("text/1");
  await page.route(`**/jobs/${jobs.text}?*`, async (route) => {
    const answer = await fetch(route.request().url(), { headers: { accept: "application/json" } });
    const job = (await answer.json()) as { files: object[] };
    const files = job.files.map((file) => ({ ...file, result_bytes: 90_000_000 }));
    // A request of the page before the reload is gone.
    await route.fulfill({ json: { ...job, files } }).catch(() => undefined);
  });
  await page.reload();
  await page.getByText("The result has 90 MB; up to 34 MB are shown here.").waitFor();
  await page.getByRole("link", { name: "Download the result" }).waitFor();
});

test("code in names, texts and drawings is shown, and never run", async () => {
  const page = await open("image/2");
  await page.getByRole("img", { name: /\.svg, the result$/ }).waitFor();
  const texts = [
    "text/0",
    "text/0?tab=words",
    "text/0?tab=json",
    "text/0?tab=compare",
    "embedding/2",
    "embedding/2?tab=heat",
  ];
  for (const view of texts) {
    const [job = "", rest] = view.split("/");
    await page.goto(`${fleet.master.url}/jobs/${jobs[job as keyof ViewedJobs]}/files/${rest}`);
    await page.locator(".viewer :is(.kv, [role=tree], table)").first().waitFor();
    expect(
      await page.evaluate("document.querySelectorAll('main script, main img[src*=elsewhere]').length"),
    ).toBe(0);
  }
  await page.route("**/results/**", (route) => route.fulfill({ json: hostileOcr() }));
  await page.goto(`${fleet.master.url}/jobs/${jobs.ocr}/files/0`);
  await page.locator(".word").filter({ hasText: CODE }).waitFor();
  await page.getByRole("link", { name: "Text", exact: true }).click();
  await page.locator(".readtext").filter({ hasText: CODE }).waitFor();
});

function hostileOcr() {
  const bbox = { x0: 1, y0: 1, x1: 90, y1: 9 };
  return {
    task: "ocr",
    schema_version: 1,
    extracted_text: CODE,
    word_count: 1,
    average_confidence: 50,
    words: [{ text: CODE, confidence: 50, line: 0, page: 1, bbox }],
    pages: [{ page: 1, width: 100, height: 50, text: CODE, average_confidence: 50, preparation: null }],
    ["__proto__"]: CODE,
  };
}

const VIEWS = [
  "image/0",
  "image/1",
  "ocr/0",
  "ocr/1",
  "ocr/0?tab=text",
  "text/0",
  "text/0?tab=words",
  "text/0?tab=json",
  "text/0?tab=compare",
  "embedding/0",
  "embedding/0?tab=heat",
  "audio/0",
  "document/0",
  "document/2",
  "kinds/0",
  "kinds/1",
  "mean/0",
  "train/0",
  "numbers/0",
  "predict/1",
];

describe.each(["light", "dark"] as const)("in the %s", (colorScheme) => {
  test.each(VIEWS)("%s has no serious fault of access, and fits a phone", async (view) => {
    const page = await open(view, { colorScheme });
    await page
      .locator(".viewer :is(.kv, [role=tree], table, [role=table], canvas, .readtext), .note.bad")
      .first()
      .waitFor();
    expect(await faultsOfAccess(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });
});

/** Serious and critical findings of axe, with the elements that they name. */
async function faultsOfAccess(page: Page): Promise<unknown> {
  // Run by the browser's own tools: the page's policy lets no other script in.
  await page.evaluate(await readFile(AXE, "utf8"));
  return await page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + html + " " + failureSummary)))`);
}

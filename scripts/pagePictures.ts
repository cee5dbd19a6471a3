import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { launchChromium } from "../tests/browser/page.ts";
import { assign, multipart, startFleet } from "../tests/e2e/fleet.ts";

/**
 * `npm run docs:page` draws `docs/images/page-*.png`: the page with a real fleet and the files of `examples/`. It needs
 * Chromium, at /usr/bin/chromium or where CHROMIUM says.
 */
const ROOT = join(import.meta.dirname, "..");
const FILES = join(ROOT, "examples/files");
const PICTURES = join(ROOT, "docs/images");
const SIZE = { width: 1180, height: 760 };
/** Colours of a picture: as many as text with smooth edges needs. */
const COLOURS = 128;

async function main(): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  const fleet = await startFleet();
  const browser = await launchChromium();
  try {
    await fleet.slave({ SLAVE_NAME: "attic", SLAVE_SLOTS: "2" });
    await fleet.slave({ SLAVE_NAME: "desk" });
    await fleet.alive(2);
    await drawAll(browser, fleet.master.url);
  } finally {
    await browser.close();
    await fleet.stop();
  }
}

async function drawAll(browser: Browser, url: string): Promise<void> {
  const jobs = await sendAll(url);
  const page = await tab(browser, "light");
  const dark = await tab(browser, "dark");
  await page.goto(url);
  await choose(page, ["badge.png", "sunset.jpg", "minutes.png", "review.txt"]);
  await draw(page, "drop");
  await sendLong(url);
  await page.goto(url);
  await page.getByText("running").first().waitFor();
  await settled(page);
  await draw(page, "home");
  await page.goto(`${url}/slaves`);
  await settled(page);
  await draw(page, "slaves");
  await page.goto(`${url}/jobs/${jobs.ocr}/files/0`);
  await page.getByText("mean confidence").waitFor();
  await settled(page);
  await draw(page, "job");
  await page.goto(`${url}/jobs/${jobs.again}/files/0?tab=compare&with=${jobs.text}`);
  await page.getByText("Differences").waitFor();
  await draw(page, "compare");
  await dark.goto(`${url}/jobs/${jobs.audio}/files/0`);
  await dark.getByText("loudness, integrated").waitFor();
  await settled(dark);
  await draw(dark, "sound-dark");
  await page.goto(`${url}/timeline?last=5m`);
  await settled(page);
  await draw(page, "timeline");
}

/** Ids of jobs whose results are shown. */
async function sendAll(url: string) {
  const ocr = await send(url, ["minutes.png", "receipt.jpg", "scan.pdf", "review.txt"], { task: "ocr" });
  const text = await send(url, ["review.txt"], { task: "text" });
  const again = await send(url, ["review.txt"], { task: "text", options: { keywords: 3 } });
  const audio = await send(url, ["melody.wav"], { task: "audio" });
  return { ocr, text, again, audio };
}

const FIELDS: Readonly<Record<string, string>> = { ocr: "images", text: "texts", audio: "audio_files" };

interface Sent {
  readonly task: string;
  readonly options?: object;
}

async function send(url: string, names: readonly string[], how: Sent): Promise<string> {
  const files = await Promise.all(names.map(read));
  const { body } = await assign(url, files, { ...how, field: FIELDS[how.task] ?? "" });
  return body.job_id;
}

async function read(name: string) {
  return { name, body: await readFile(join(FILES, name)) };
}

/** Two jobs that run for a while. */
async function sendLong(url: string): Promise<void> {
  const page = await read("minutes.png");
  const note = Buffer.from("The harbour master counts the boats, and all is well. ".repeat(8_000));
  const scans = Array.from({ length: 120 }, (_, at) => ({ ...page, name: `box-07/04${at + 12}.png` }));
  const notes = Array.from({ length: 40 }, (_, at) => ({ name: `answer-${at + 1}.txt`, body: note }));
  const headers = { prefer: "respond-async" };
  for (const [files, how] of [
    [scans, { task: "ocr", field: "images", name: "Scans of the harbour logs" }],
    [notes, { task: "text", field: "texts", name: "Survey answers" }],
  ] as const)
    await fetch(`${url}/assign_task`, { method: "POST", headers, body: multipart(files, how) });
}

async function tab(browser: Browser, colorScheme: "light" | "dark"): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme });
  return await context.newPage();
}

async function choose(page: Page, names: readonly string[]): Promise<void> {
  await page.getByLabel("Files", { exact: true }).setInputFiles(names.map((name) => join(FILES, name)));
}

/** Lets drawings and live numbers come. */
async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(3_000);
}

async function draw(page: Page, name: string): Promise<void> {
  const picture = sharp(await page.screenshot());
  await picture
    .png({ palette: true, colours: COLOURS, effort: 10 })
    .toFile(join(PICTURES, `page-${name}.png`));
}

await main();

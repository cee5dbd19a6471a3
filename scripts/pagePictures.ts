import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../tests/browser/page.ts";
import { startFleet } from "../tests/e2e/fleet.ts";

/**
 * `npm run docs:page` draws `docs/images/page-*.png`: the page with a real fleet and the files of `examples/`. It needs
 * Chromium, at /usr/bin/chromium or where CHROMIUM says.
 */
const ROOT = join(import.meta.dirname, "..");
const FILES = join(ROOT, "examples/files");
const PICTURES = join(ROOT, "docs/images");
const SIZE = { width: 1180, height: 760 };

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
  const page = await tab(browser, url, "light");
  await send(page, ["minutes.png", "receipt.jpg", "scan.pdf", "review.txt"], "ocr");
  await page.goto(url);
  await send(page, ["note-garden.txt", "note-harbour.txt", "note-kitchen.txt"], "text");
  await page.goto(url);
  await choose(page, ["badge.png", "sunset.jpg", "minutes.png", "review.txt"]);
  await draw(page, "drop");
  await page.goto(`${url}/jobs`);
  await page.getByText("partial").first().waitFor();
  await page.getByText("partial").locator("..").getByRole("link").first().click();
  await page.getByRole("link", { name: "minutes.png" }).click();
  await page.getByRole("link", { name: "JSON", exact: true }).waitFor();
  await page.waitForTimeout(2_000);
  await draw(page, "job");
  const dark = await tab(browser, `${url}/timeline?last=5m`, "dark");
  await dark.getByRole("button", { name: "PNG" }).waitFor();
  await draw(dark, "timeline-dark");
}

async function tab(browser: Browser, url: string, colorScheme: "light" | "dark"): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function choose(page: Page, names: readonly string[]): Promise<void> {
  await page.getByLabel("Files", { exact: true }).setInputFiles(names.map((name) => join(FILES, name)));
}

/** Sends files and waits until their job has ended. */
async function send(page: Page, names: readonly string[], task: string): Promise<void> {
  await choose(page, names);
  await page.getByLabel("Task", { exact: true }).selectOption(task);
  await page.getByRole("button", { name: "Send files", exact: true }).click();
  await page.getByText("from start to end").waitFor({ timeout: 120_000 });
}

async function draw(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `page-${name}.png`) });
}

await main();

import { createHash, randomBytes } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { job, type RunningFleet, startFleet, until } from "../e2e/fleet.ts";
import { CuttingProxy } from "../fixtures/cuttingProxy.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab } from "./page.ts";

const MB = 2 ** 20;
const LARGE = 80 * MB + 3;
const SLOW_MS = 180_000;

/** A master without slaves: jobs wait. */
let fleet: RunningFleet;
let tab: OpenTab;
const paths = ["a.txt", "b.txt", "c.txt"].map((name) => () => join(fleet.folder, name));
const sums: string[] = [];

beforeAll(async () => {
  fleet = await startFleet();
  for (const [at, path] of paths.entries()) {
    const content = at === 1 ? randomBytes(LARGE) : Buffer.from(`A fine letter ${at}.`);
    await writeFile(path(), content);
    sums.push(createHash("sha256").update(content).digest("hex"));
  }
}, 120_000);
afterEach(() => closeFaultless(tab));
afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

async function send(): Promise<void> {
  const { page } = tab;
  await page.getByLabel("Files", { exact: true }).setInputFiles(paths.map((path) => path()));
  await page.getByLabel("Task", { exact: true }).selectOption("document");
  await page.getByRole("button", { name: "Send files", exact: true }).click();
}

async function sumsOfJob(): Promise<readonly (string | undefined)[]> {
  const { page } = tab;
  await page.waitForURL(/\/jobs\/[0-9A-Z]{26}$/, { timeout: 120_000 });
  const { files } = await job(fleet.master.url, page.url().split("/").at(-1) ?? "");
  return files.map(({ sha256 }) => sha256);
}

test(
  "a large file goes on where its connection broke, and the job has all files in their order",
  async () => {
    const proxy = await CuttingProxy.start(fleet.master.port, { after: 20 * MB, times: 3 });
    tab = await openTab(proxy.url);
    await send();
    expect(await sumsOfJob()).toEqual(sums);
    expect(proxy.cuts).toBe(3);
    expect(proxy.bytes).toBeLessThan(1.6 * LARGE);
    proxy.end();
  },
  SLOW_MS,
);

test(
  "a page that is loaded again sends only what lacks of the file",
  async () => {
    const proxy = await CuttingProxy.start(fleet.master.port, { after: 0, times: 0 });
    tab = await openTab(proxy.url);
    const { page } = tab;
    page.on("dialog", (dialog) => void dialog.accept());
    await send();
    await until("a part of the file", async () => (proxy.bytes > 30 * MB ? true : undefined));
    await page.reload();
    expect(proxy.bytes).toBeLessThan(LARGE);
    await send();
    expect(await sumsOfJob()).toEqual(sums);
    expect(proxy.bytes).toBeLessThan(1.6 * LARGE);
    proxy.end();
  },
  SLOW_MS,
);

/** A page in the middle of a large file. */
async function sendingFiles() {
  const proxy = await CuttingProxy.start(fleet.master.port, { after: 0, times: 0 });
  tab = await openTab(proxy.url);
  await send();
  await until("a part of the file", async () => (proxy.bytes > 10 * MB ? true : undefined));
  return { proxy, page: tab.page };
}

/** Number of uploads that no job has. */
async function openUploads(): Promise<number> {
  const metrics = await (await fetch(`${fleet.master.url}/metrics`)).text();
  return Number(/^manyhands_uploads (\d+)$/m.exec(metrics)?.[1]);
}

test(
  "an upload that the user stops is removed at the master, and the page forgets it",
  async () => {
    const before = await openUploads();
    const { proxy, page } = await sendingFiles();
    expect(await openUploads()).toBe(before + 1);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await until("the removal", async () => ((await openUploads()) === before ? true : undefined));
    const kept = await page.evaluate<string[]>("Object.keys(localStorage)");
    expect(kept.filter((key) => key.startsWith("manyhands-upload"))).toEqual([]);
    proxy.end();
  },
  SLOW_MS,
);

test(
  "a large file that changes while it is sent is named, and nothing of it is kept",
  async () => {
    const before = await openUploads();
    const { proxy, page } = await sendingFiles();
    await truncate(join(fleet.folder, "b.txt"), 5 * MB);
    await page.getByText(/^b\.txt was changed, moved or removed while it was sent\./).waitFor();
    await until("the removal", async () => ((await openUploads()) === before ? true : undefined));
    proxy.end();
  },
  SLOW_MS,
);

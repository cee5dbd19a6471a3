import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openSqliteRecord } from "../../master/record/sqlite/sqliteRecord.ts";
import { openFolderStore } from "../../master/store/folder/folderStore.ts";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { recordLargeJob } from "../fixtures/job/largeJob.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab } from "./page.ts";

const FILES = 25_000;
const LARGE = "01A";
const JOBS = 3_000;

let fleet: RunningFleet;
let tab: OpenTab;

beforeAll(async () => {
  fleet = await startFleet({}, prepare);
}, 120_000);

afterEach(() => closeFaultless(tab));

afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

/** A job of many files and many small jobs, of an earlier run of the master. */
async function prepare(folder: string): Promise<void> {
  const data = join(folder, "data", "master");
  const jobs = await openSqliteRecord({ file: join(data, "jobs.sqlite") });
  const store = await openFolderStore({ folder: join(data, "spool") });
  const { key, bytes } = await store.put(Buffer.from('{"words": 1}'), { group: LARGE });
  const result = { resultKey: key, resultBytes: bytes, at: Date.now() - 3_600_000 };
  await recordLargeJob(jobs, { id: LARGE, files: FILES, ...result });
  const ids = Array.from({ length: JOBS }, (_, at) => `01B${String(at).padStart(6, "0")}`);
  await Promise.all(ids.map((id) => recordLargeJob(jobs, { id, files: 1, ...result })));
  await Promise.all([LARGE, ...ids].map((id) => jobs.kept.note(id, 0)));
  await Promise.all([jobs.close(), store.close()]);
}

const rowAt = (position: number) => tab.page.locator(`.line[aria-rowindex="${position + 2}"]`);

test("25,000 files are scrolled to the end and to the middle, and few of them are in the document", async () => {
  tab = await openTab(`${fleet.master.url}/jobs/${LARGE}`);
  const { page } = tab;
  await rowAt(0).getByRole("link", { name: "n0.txt" }).waitFor();
  await page.getByRole("rowgroup").focus();
  await page.keyboard.press("End");
  await rowAt(FILES - 1)
    .getByRole("link", { name: `n${FILES - 1}.txt` })
    .waitFor();
  await page.locator(".files .scroll").evaluate((own: { scrollTop: number; scrollHeight: number }) => {
    own.scrollTop = own.scrollHeight / 2;
  });
  await rowAt(FILES / 2)
    .getByRole("link", { name: `n${FILES / 2}.txt` })
    .waitFor();
  expect(await page.locator(".line").count()).toBeLessThan(80);
  expect(await page.getByRole("table", { name: "Files" }).getAttribute("aria-rowcount")).toBe(
    String(FILES + 1),
  );
});

test("an address of a file shows its row, and the next key goes on from there wherever the list was scrolled", async () => {
  tab = await openTab(`${fleet.master.url}/jobs/${LARGE}/files/15000`);
  const { page } = tab;
  await rowAt(15_000).getByRole("link", { name: "n15000.txt" }).waitFor();
  await page.getByRole("rowgroup").focus();
  await page.keyboard.press("Home");
  await rowAt(0).getByRole("link", { name: "n0.txt" }).waitFor();
  // More pages of the list than it keeps: that of the chosen file is forgotten.
  for (let position = 0; position < 7_000; position += 200) {
    await page.locator(".files .scroll").evaluate((own: { scrollTop: number }, to) => {
      own.scrollTop = to;
    }, position * 44);
    await rowAt(position).getByRole("link").waitFor();
  }
  await page.keyboard.press("n");
  await page.waitForURL("**/files/15001");
  await rowAt(15_001).getByRole("link", { name: "n15001.txt" }).waitFor();
  await page.keyboard.press("p");
  await page.keyboard.press("p");
  await page.waitForURL("**/files/14999");
});

test("of 3,000 jobs a page is shown, the rest is counted, and all of them come by some clicks", async () => {
  tab = await openTab(`${fleet.master.url}/jobs`);
  const jobs = tab.page.getByRole("region", { name: "Jobs" });
  await jobs.getByText("50 of 3,001 jobs").waitFor();
  const more = jobs.getByRole("button", { name: "Show more" });
  for (const shown of ["100", "200", "400", "800", "1,600", "3,001"]) {
    await more.click();
    await jobs.getByText(`${shown} of 3,001 jobs`).waitFor();
  }
  expect(await jobs.locator(".row").count()).toBe(JOBS + 1);
  expect(await more.count()).toBe(0);
});

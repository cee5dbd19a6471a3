import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { assign, type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab } from "./page.ts";

let fleet: RunningFleet;
let tab: OpenTab;
let id: string;

/** As long as a name can be, written from right to left in parts. */
const LONG_NAME = `${"ש".repeat(60)}\u202e${"gnol-".repeat(20)}.txt`;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const files = [
    { name: "line.txt", body: Buffer.from("A fine day by the sea and no end of it ".repeat(50_000)) },
    { name: LONG_NAME, body: Buffer.from("A fine day.") },
  ];
  id = (await assign(fleet.master.url, files, { task: "text" })).body.job_id;
}, 120_000);

afterEach(() => closeFaultless(tab));

afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

test.each([-2, 2])(
  "a device whose clock is wrong by %d days shows the times and the timeline of the master",
  async (days) => {
    tab = await openTab(`${fleet.master.url}/slaves`);
    const { page } = tab;
    await page.clock.install({ time: Date.now() + days * 86_400_000 });
    await page.goto(`${fleet.master.url}/jobs`);
    await page
      .getByText(/ended (just now|\d+ (s|min) ago)/)
      .first()
      .waitFor();
    await page.goto(`${fleet.master.url}/timeline?last=1h`);
    await page.getByRole("img", { name: /^What each slot worked on\..*[12] files?/ }).waitFor();
  },
);

test("a text of one long line is shown and does not widen the page", async () => {
  tab = await openTab(`${fleet.master.url}/jobs/${id}/files/0`);
  const { page } = tab;
  await page.getByRole("figure", { name: /^Sentiment/ }).waitFor();
  for (const view of ["Words and numbers", "JSON"]) {
    await page.getByRole("link", { name: view, exact: true }).click();
    await page.locator(".viewer :is(.kv, [role=tree], table)").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(1280);
  }
});

test("a name that is long and turns its direction keeps its place, and what stands beside it", async () => {
  tab = await openTab(`${fleet.master.url}/jobs/${id}/files/1`, { viewport: { width: 390, height: 844 } });
  const { page } = tab;
  await page.getByRole("figure", { name: /^Sentiment/ }).waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  const bidi = await page.evaluate(
    "[...document.querySelectorAll('.path, .viewhead h2')].map((own) => getComputedStyle(own).unicodeBidi)",
  );
  expect(bidi).toEqual(["isolate", "isolate", "isolate"]);
});

test("another master with an empty record takes the place of the one that was shown", async () => {
  tab = await openTab(`${fleet.master.url}/jobs/${id}`);
  const { page } = tab;
  await page.getByText("2 files", { exact: true }).waitFor();
  await fleet.master.kill("SIGKILL");
  await page.getByText("The master does not answer. What you see").waitFor();
  await fleet.restartMaster({
    DATA_DIR: `${fleet.folder}/other`,
    RESULTS_DIR: `${fleet.folder}/other-results`,
  });
  await page.getByText("This job was deleted.").waitFor();
  await page.getByText("The master does not answer. What you see").waitFor({ state: "detached" });
}, 120_000);

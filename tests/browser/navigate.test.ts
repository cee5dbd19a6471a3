import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { assign, fixture, type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab } from "./page.ts";

let fleet: RunningFleet;
let tab: OpenTab;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
}, 120_000);

afterEach(() => closeFaultless(tab));

afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

/** A job with a file that is done and one that failed. @returns its id */
async function sendPartial(name: string): Promise<string> {
  const files = [
    { name: "good.bmp", body: await fixture("image/24-bit.bmp") },
    { name: "bad.png", body: Buffer.from("no picture") },
  ];
  return (await assign(fleet.master.url, files, { task: "image", field: "images", name })).body.job_id;
}

test("the filter of a job's files is in the address, survives a reload, and the back button leads through it", async () => {
  const id = await sendPartial("filtered");
  tab = await openTab(`${fleet.master.url}/jobs`);
  const { page } = tab;
  await page.getByRole("link", { name: "filtered", exact: true }).click();
  const files = page.getByRole("region", { name: "Files" });
  await files.getByText("2 files", { exact: true }).waitFor();
  await files.getByRole("button", { name: "Failed 1" }).click();
  await page.waitForURL(/q=state%3Afailed/);
  await files.getByText("1 of 2 files match").waitFor();
  await page.reload();
  await files.getByText("1 of 2 files match").waitFor();
  expect(await files.getByRole("button", { name: "Failed 1" }).getAttribute("aria-pressed")).toBe("true");
  await files.getByRole("link", { name: "bad.png" }).click();
  await page.waitForURL(`**/jobs/${id}/files/1?q=state%3Afailed`);
  await page.goBack();
  await page.waitForURL(`**/jobs/${id}?q=state%3Afailed`);
  await files.getByRole("searchbox", { name: "Search files" }).fill("file:good");
  await page.keyboard.press("Enter");
  await files.getByRole("link", { name: "good.bmp" }).waitFor();
  await page.goBack();
  await files.getByRole("link", { name: "bad.png" }).waitFor();
  expect(await files.getByRole("searchbox", { name: "Search files" }).inputValue()).toBe("state:failed");
  await page.goBack();
  await page.waitForURL(/\/jobs$/);
});

test("the group and the search of the jobs are in the address, and the back button leads through them", async () => {
  await sendPartial("attention please");
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  await page.getByRole("link", { name: "All jobs" }).click();
  const jobs = page.getByRole("region", { name: "Jobs" });
  await page.getByRole("link", { name: "Needs attention" }).click();
  await jobs.getByRole("link", { name: "attention please", exact: true }).waitFor();
  await page.getByRole("link", { name: "Running", exact: true }).click();
  await jobs.getByText(/^No job/).waitFor();
  await page.goBack();
  await jobs.getByRole("link", { name: "attention please", exact: true }).waitFor();
  await page.getByRole("searchbox", { name: "Search jobs" }).fill("file:nothing-like-it");
  await page.keyboard.press("Enter");
  await jobs.getByText("No job matches.").waitFor();
  await page.goBack();
  await jobs.getByRole("link", { name: "attention please", exact: true }).waitFor();
});

test("a job is deleted after a question, and its view leads to the jobs that are left", async () => {
  const id = await sendPartial("to be deleted");
  tab = await openTab(`${fleet.master.url}/jobs/${id}`);
  const { page } = tab;
  await page.getByRole("button", { name: "Delete job" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Keep" }).click();
  expect((await fetch(`${fleet.master.url}/jobs/${id}`)).status).toBe(200);
  await page.getByRole("button", { name: "Delete job" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete job" }).click();
  await page.waitForURL(/\/jobs$/);
  await page.getByText("to be deleted is deleted.").waitFor();
  expect((await fetch(`${fleet.master.url}/jobs/${id}`)).status).toBe(404);
  expect(await page.getByRole("region", { name: "Jobs" }).getByText("to be deleted").count()).toBe(0);
});

test("a job that is deleted elsewhere while it is viewed is told, and no longer shown as if it were there", async () => {
  const id = await sendPartial("deleted elsewhere");
  tab = await openTab(`${fleet.master.url}/jobs/${id}`);
  const { page } = tab;
  await page.getByRole("heading", { name: "deleted elsewhere" }).waitFor();
  await page.getByText("2 files", { exact: true }).waitFor();
  await fetch(`${fleet.master.url}/jobs/${id}?purge=true`, { method: "DELETE" });
  await page.getByText("This job was deleted.").waitFor();
  await page.getByRole("button", { name: "Download all" }).waitFor({ state: "detached" });
});

test("what is downloaded has the name of its file", async () => {
  const id = await sendPartial("named");
  tab = await openTab(`${fleet.master.url}/jobs/${id}/files/0`);
  const { page } = tab;
  const nameOf = async (link: string) => {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: link, exact: true }).click();
    return (await download).suggestedFilename();
  };
  expect(await nameOf("Original")).toBe("good.bmp");
  expect(await nameOf("Result")).toMatch(/^processed_good.*\.png$/);
  expect(await nameOf("results.csv")).toBe(`image-${id}.csv`);
  expect(await nameOf("failures.csv")).toMatch(/failures\.csv$/);
});

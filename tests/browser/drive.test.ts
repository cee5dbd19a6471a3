import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { assign, job, type RunningFleet, startFleet } from "../e2e/fleet.ts";
import {
  closeBrowser,
  closeFaultless,
  type OpenTab,
  openTab,
  sendFiles,
  slowFiles,
  textFiles,
  untilEnded,
} from "./page.ts";

let fleet: RunningFleet;
let tab: OpenTab;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave({ SLAVE_NAME: "attic" });
  await fleet.alive(1);
}, 120_000);

afterEach(() => closeFaultless(tab));

afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

test("files are chosen, sent, watched to their end and read", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  await page.getByText("1 slave, 0 of 1 slot busy").waitFor();
  const id = await sendFiles(page, textFiles(["one.txt", "two.txt", "three.txt"]));
  await untilEnded(page, 3);
  const files = page.getByRole("region", { name: "Files" });
  await expect.poll(() => files.getByText("done", { exact: true }).count()).toBe(3);
  await files.getByRole("link", { name: "two.txt" }).click();
  await page.waitForURL(`**/jobs/${id}/files/1`);
  await page.getByRole("link", { name: "JSON", exact: true }).click();
  await page.getByText("input_sha256").first().waitFor();
  await page.goBack();
  await page.goBack();
  await page.waitForURL(`**/jobs/${id}`);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download all" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
});

test("a folder keeps its paths, an option that was changed is sent, and the job has the name that was typed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-folder-"));
  await mkdir(join(folder, "letters/old"), { recursive: true });
  await writeFile(join(folder, "letters/old/a.txt"), "Dear friend.");
  await writeFile(join(folder, "letters/b.txt"), "Yours truly.");
  try {
    tab = await openTab(fleet.master.url);
    const { page } = tab;
    await page.getByLabel("Folder", { exact: true }).setInputFiles(join(folder, "letters"));
    await page.getByLabel("Task", { exact: true }).selectOption("text");
    await page.getByLabel("Keywords").fill("3");
    await page.getByLabel("Name", { exact: true }).fill("My letters");
    await page.getByRole("button", { name: "Send files", exact: true }).click();
    await page.getByRole("heading", { name: "My letters" }).waitFor();
    const sent = await job(fleet.master.url, new URL(page.url()).pathname.split("/")[2] ?? "");
    expect(sent.files.map(({ path }) => path).toSorted()).toEqual(["letters/b.txt", "letters/old/a.txt"]);
    expect(sent.options).toMatchObject({ keywords: 3 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("the task is guessed, and files that it will refuse are named before they are sent", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  await page
    .getByLabel("Files", { exact: true })
    .setInputFiles([
      ...["a.wav", "b.wav"].map((name) => ({ name, mimeType: "audio/wav", buffer: Buffer.from("RIFF") })),
      ...textFiles(["list.csv"]),
      ...textFiles(["empty.wav"], ""),
    ]);
  expect(await page.getByLabel("Task", { exact: true }).inputValue()).toBe("audio");
  await page.getByText("2 files will likely be refused by audio: list.csv, empty.wav.").waitFor();
  await page.getByRole("button", { name: "Leave them out" }).click();
  await page.getByRole("button", { name: "Send files", exact: true }).getByText("Send 2 files").waitFor();
});

test("files are dropped and pasted", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  await page.evaluate(`{
    const data = new DataTransfer();
    data.items.add(new File(["dropped"], "dropped.txt"));
    document.querySelector(".zone").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    const pasted = new DataTransfer();
    pasted.setData("text/plain", "a pasted text");
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: pasted, bubbles: true }));
  }`);
  await page.getByText("dropped.txt").waitFor();
  await page.getByText(/^pasted-.*\.txt$/).waitFor();
});

test("a job is cancelled, and what is left of it can be tried again", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  const id = await sendFiles(page, await slowFiles(fleet.folder, 40));
  await page.getByRole("button", { name: "Cancel job" }).click();
  await page.getByText("cancelled", { exact: true }).first().waitFor();
  expect((await job(fleet.master.url, id)).state).toBe("cancelled");
  expect(await page.getByRole("button", { name: "Retry failed" }).isEnabled()).toBe(true);
});

test("failed files are tried again: those of one job, and those of all jobs that a search finds", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  const broken = { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture") };
  const first = await sendFiles(page, [broken], "image");
  await untilEnded(page, 1);
  await page
    .getByText(/Choose the task that reads such files\.|Convert the file/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Retry failed" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/jobs/") && !url.pathname.endsWith(first));
  await page.getByText("retry of").waitFor();
  await page.goto(`${fleet.master.url}/jobs?q=${encodeURIComponent("file:broken.png")}`);
  const jobs = page.getByRole("region", { name: "Jobs" });
  await jobs.getByRole("link", { name: first.slice(0, 10) }).waitFor();
  await jobs.getByRole("button", { name: "Retry failed" }).click();
  await page.getByRole("dialog").getByText("2 jobs").first().waitFor();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Retry failed/ })
    .click();
  await expect
    .poll(() =>
      jobs
        .getByText(/of \d+ jobs?/)
        .first()
        .textContent(),
    )
    .toContain("4 of 4 jobs");
});

test("a query that is wrong is told in a sentence", async () => {
  tab = await openTab(`${fleet.master.url}/jobs?q=${encodeURIComponent("colour:red")}`);
  await tab.page.getByRole("alert").waitFor();
});

test("a slave is started and stopped from the page", async () => {
  tab = await openTab(`${fleet.master.url}/slaves`);
  const { page } = tab;
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByText("2 slaves alive").waitFor();
  // One part of the page has this name, also for readers that look for a part of it.
  expect(await page.getByRole("region", { name: "Slaves" }).count()).toBe(1);
  const other = page
    .getByRole("region", { name: "Slaves" })
    .getByRole("article")
    .filter({ hasNotText: "attic" });
  await other.getByRole("button", { name: "Drain and stop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop slave" }).click();
  await page.getByText("1 slave alive").waitFor();
});

test("the page of a slave tells how fast it is at each task, after a restart of the master, too", async () => {
  const texts = ["a", "b", "c"].map((name) => ({ name: `${name}.txt`, body: Buffer.from("A fine day.") }));
  await assign(fleet.master.url, texts, { task: "text" });
  const [slave] = await fleet.alive(1);
  tab = await openTab(`${fleet.master.url}/slaves/${slave?.id}?last=1d`);
  const { page } = tab;
  const speed = page.getByRole("region", { name: "Speed by task" });
  const text = speed.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "text" }) });
  await text.waitFor();
  const cells = await text.getByRole("cell").allTextContents();
  expect(Number(cells[0])).toBeGreaterThan(2);
  for (const cell of cells.slice(2)) expect(cell).toMatch(/^[\d.,]+( ms| s)?$/);
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  await fleet.alive(1);
  await page.reload();
  await text.waitFor();
  await speed.getByRole("button", { name: "1 hour" }).click();
  await text.waitFor();
});

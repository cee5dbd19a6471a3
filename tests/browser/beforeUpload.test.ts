import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab, textFiles } from "./page.ts";

let fleet: RunningFleet;
let tab: OpenTab;

beforeAll(async () => {
  fleet = await startFleet({ MAX_FILES: "2", MAX_FILE_BYTES: "2KB" });
  await fleet.slave();
  await fleet.alive(1);
}, 120_000);
afterEach(() => closeFaultless(tab));
afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

test("files that the master would refuse are told before the upload, and can be left out", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  const send = page.getByRole("button", { name: "Send files", exact: true });
  const files = page.getByLabel("Files", { exact: true });
  await files.setInputFiles([
    ...textFiles(["a.txt", "b.txt"]),
    ...textFiles(["large.txt"], "x".repeat(3_000)),
  ]);
  await page.getByText("1 file is larger than 2.0 KB, the most that the master takes: large.txt").waitFor();
  expect(await send.isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Leave it out", exact: true }).click();
  await expect.poll(() => send.isEnabled()).toBe(true);
  await files.setInputFiles(textFiles(["c.txt"]));
  await page.getByText("3 files are more than the 2 that the master takes at a time: c.txt").waitFor();
  expect(await send.isDisabled()).toBe(true);
});

test("the languages of scans are those that the slaves have", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  await page.getByLabel("Task", { exact: true }).selectOption("ocr");
  const languages = page.getByRole("group", { name: "Languages" });
  await languages.getByRole("checkbox", { name: "eng" }).waitFor();
  expect(await languages.getByRole("checkbox", { name: "eng" }).isChecked()).toBe(true);
  await languages.getByRole("checkbox", { name: "auto" }).check();
  const chosen = await languages.getByRole("checkbox", { checked: true }).all();
  expect(await Promise.all(chosen.map((box) => box.locator("..").textContent()))).toEqual(["auto"]);
});

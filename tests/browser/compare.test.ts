import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { assign, fixture, job, type RunningFleet, startFleet } from "../e2e/fleet.ts";
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

/** A picture that is read, one that is none. @returns id of the job */
async function sendPictures(): Promise<string> {
  const files = [
    { name: "good.bmp", body: await fixture("image/24-bit.bmp") },
    { name: "bad.png", body: Buffer.from("no picture") },
  ];
  return (await assign(fleet.master.url, files, { task: "image", field: "images" })).body.job_id;
}

test("a file is tried with other options, and both results stand side by side with their differences", async () => {
  const text = {
    name: "day.txt",
    body: Buffer.from("A wonderful day. The soup was terrible. We went home."),
  };
  const { body } = await assign(fleet.master.url, [text], { task: "text" });
  tab = await openTab(`${fleet.master.url}/jobs/${body.job_id}/files/0`);
  const { page } = tab;
  await page.locator(".filehead").getByRole("button", { name: "Try with other options" }).click();
  const dialog = page.getByRole("dialog", { name: "Try day.txt again" });
  await dialog.getByLabel("Keywords").fill("1");
  await dialog.getByRole("button", { name: "Try 1 file again" }).click();
  await page.waitForURL(/\/files\/0\?tab=compare&with=/);
  const retried = new URL(page.url()).pathname.split("/")[2] ?? "";
  expect((await job(fleet.master.url, retried)).retry_of).toBe(body.job_id);
  const [before, after] = ["Before", "After"].map((name) => page.getByRole("region", { name, exact: true }));
  await before?.getByRole("link", { name: body.job_id.slice(0, 10) }).waitFor();
  await after?.getByRole("link", { name: retried.slice(0, 10) }).waitFor();
  for (const side of [before, after]) await side?.getByRole("figure", { name: /^Sentiment/ }).waitFor();
  await page
    .locator(".chip")
    .filter({ hasText: /^keywords\s+10\s*→\s*1$/ })
    .waitFor();
  await page.getByText(/^\d+ values? differs?, \d+ are the same\.$/).waitFor();
  await page.getByRole("cell", { name: "keywords.1", exact: true }).waitFor();
  const boxes = await Promise.all([before, after].map((side) => side?.boundingBox()));
  expect(boxes[0]?.y).toBe(boxes[1]?.y);
  expect(boxes[0]?.x).toBeLessThan(boxes[1]?.x ?? 0);
});

test("all files of a job are tried again, and the new job leads to both results of each", async () => {
  const id = await sendPictures();
  tab = await openTab(`${fleet.master.url}/jobs/${id}`);
  const { page } = tab;
  await page.getByRole("button", { name: "Try with other options" }).click();
  const dialog = page.getByRole("dialog", { name: "Try files again" });
  await dialog.getByLabel("Which files").selectOption("all");
  await dialog.getByRole("button", { name: "Try 2 files again" }).click();
  await page.getByRole("link", { name: "Compare with before" }).click();
  const before = page.getByRole("region", { name: "Before", exact: true });
  await before.getByRole("slider").waitFor();
  await page.getByRole("region", { name: "After", exact: true }).getByRole("slider").waitFor();
  await page.keyboard.press("n");
  await page.waitForURL(/\/files\/1\?tab=compare&with=/);
  await before.getByText("failed").waitFor();
  await before.locator(".note.bad").waitFor();
});

test("a refusal of the options is told in the dialog, and what was typed stays", async () => {
  const id = await sendPictures();
  tab = await openTab(`${fleet.master.url}/jobs/${id}`);
  const { page } = tab;
  await page.getByRole("button", { name: "Try with other options" }).click();
  await page.route("**/retry", (route) =>
    route.fulfill({ status: 400, json: { code: "bad_options", error: "Width is no number." } }),
  );
  await page.getByRole("dialog").getByLabel("Width").fill("12");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Try 1 file/ })
    .click();
  await page.getByRole("dialog").getByRole("alert").getByText("Width is no number.").waitFor();
  expect(await page.getByRole("dialog").getByLabel("Width").inputValue()).toBe("12");
});

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import {
  closeBrowser,
  closeFaultless,
  type OpenTab,
  openTab,
  sendFiles,
  textFiles,
  untilEnded,
} from "./page.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let fleet: RunningFleet;
let tab: OpenTab;
let id: string;

/** Names and contents that would be code if they were taken as HTML. */
const HOSTILE = [
  '<img src=x onerror="document.title=1">.txt',
  "<script>document.title=1<∕script>.txt",
  "‮txt.exe.txt",
];

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave({ SLAVE_NAME: "<b>attic</b>" });
  await fleet.alive(1);
  const { page, close } = await openTab(fleet.master.url);
  id = await sendFiles(
    page,
    textFiles(HOSTILE, '<img src=x onerror="document.title=1"> is a fine day.'),
    "text",
  );
  await untilEnded(page, HOSTILE.length);
  await close();
}, 120_000);

afterEach(() => closeFaultless(tab));

afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

test("names and contents are text, wherever they come from", async () => {
  tab = await openTab(`${fleet.master.url}/jobs/${id}/files/0?tab=json`);
  const { page } = tab;
  await page.getByRole("link", { name: /script.document\.title/ }).waitFor();
  await page.getByText("input_sha256").first().waitFor();
  for (const path of ["/", "/jobs", "/slaves", "/timeline", `/jobs/${id}`]) {
    await page.goto(fleet.master.url + path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    expect(await page.evaluate("document.querySelectorAll('main img, main script, main b b').length")).toBe(
      0,
    );
    expect(await page.title()).not.toBe("1");
  }
  await page.goto(`${fleet.master.url}/slaves`);
  await page.getByRole("link", { name: "<b>attic</b>" }).waitFor();
});

test.each(["slave", "docs"])(
  "the page of the %s has its style, which its policy allows by its digest",
  async (which) => {
    const [slave] = await fleet.alive(1);
    tab = await openTab(which === "slave" ? `http://${slave?.address}/` : `${fleet.master.url}/docs`);
    await tab.page.getByRole("heading", { level: 1 }).waitFor();
    expect(await tab.page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth")).toBe(
      "1024px",
    );
  },
);

describe.each(["light", "dark"] as const)("in the %s", (colorScheme) => {
  test.each(["/", "/jobs", "JOB", "FILE", "/slaves", "/timeline", "HELP"])(
    "%s has no serious fault of access",
    async (view) => {
      const path = view
        .replace("JOB", `/jobs/${id}`)
        .replace("FILE", `/jobs/${id}/files/1`)
        .replace("HELP", "/");
      tab = await openTab(fleet.master.url + path, { colorScheme });
      await tab.page.getByRole("heading", { level: 1 }).first().waitFor();
      await tab.page.getByText("1 slave, 0 of 1 slot busy").waitFor();
      if (view === "HELP") await tab.page.keyboard.press("?");
      expect(await faultsOfAccess(tab.page)).toEqual([]);
    },
  );
});

/** Serious and critical findings of axe, with the elements that they name. */
async function faultsOfAccess(page: Page): Promise<string[]> {
  // Run by the browser's own tools: the page's policy lets no other script in.
  await page.evaluate(await readFile(AXE, "utf8"));
  return (await page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + html + " " + failureSummary)))`)) as string[];
}

test("the page is used by keyboard alone", async () => {
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  await page.getByText("1 slave, 0 of 1 slot busy").waitFor();
  await page.keyboard.press("j");
  await page.waitForURL("**/jobs");
  await page.getByRole("searchbox", { name: "Search jobs" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("file:script");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=file/);
  const link = page.getByRole("link", { name: id.slice(0, 10) });
  await link.waitFor();
  await page.keyboard.press("Escape");
  await link.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/jobs/${id}`);
  await page.getByText("done", { exact: true }).first().waitFor();
  await page.keyboard.press("n");
  await page.waitForURL(`**/jobs/${id}/files/0**`);
  await page.keyboard.press("n");
  await page.waitForURL(`**/jobs/${id}/files/1**`);
  await page.keyboard.press("p");
  await page.waitForURL(`**/jobs/${id}/files/0**`);
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("next file").waitFor();
  await page.getByLabel("Single letters are shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("s");
  await page.getByRole("link", { name: "Slaves", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/slaves");
});

test("the theme follows the device until its user chooses another", async () => {
  tab = await openTab(fleet.master.url, { colorScheme: "dark" });
  const { page } = tab;
  const background = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  expect(await background()).toBe("rgb(22, 22, 21)");
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(background).toBe("rgb(247, 247, 245)");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background).toBe("rgb(22, 22, 21)");
  await page.getByRole("button", { name: "Help and settings" }).click();
  await page.getByLabel("Colours").selectOption("light");
  expect(await background()).toBe("rgb(247, 247, 245)");
  await page.reload();
  expect(await background()).toBe("rgb(247, 247, 245)");
});

test.each(["/", "/jobs", "JOB", "FILE", "/slaves", "/timeline"])(
  "%s fits phones of 390 and 320 pixels",
  async (view) => {
    const path = view.replace("JOB", `/jobs/${id}`).replace("FILE", `/jobs/${id}/files/1`);
    tab = await openTab(fleet.master.url + path, { viewport: { width: 390, height: 844 }, hasTouch: true });
    await tab.page.getByRole("heading", { level: 1 }).first().waitFor();
    await expect.poll(() => tab.page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await tab.page.setViewportSize({ width: 320, height: 844 });
    await expect.poll(() => tab.page.evaluate("document.documentElement.scrollWidth")).toBe(320);
  },
);

import { readFile } from "node:fs/promises";
import type { Download, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { assign, type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab } from "./page.ts";

let fleet: RunningFleet;
let tab: OpenTab;
let job: string;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave({ SLAVE_NAME: "a & <b>" });
  await fleet.alive(1);
  const files = Array.from({ length: 6 }, (_, at) => ({
    name: `${at}.txt`,
    body: Buffer.from("Many words make a slow file. ".repeat(3_000)),
  }));
  job = (await assign(fleet.master.url, files, { task: "text" })).body.job_id;
}, 120_000);

afterEach(() => closeFaultless(tab));

afterAll(async () => {
  await closeBrowser();
  await fleet?.stop();
});

/** The timeline with a window that does not move. */
async function openTimeline(options = {}): Promise<Page> {
  const to = Date.now() + 5_000;
  tab = await openTab(`${fleet.master.url}/timeline?from=${to - 120_000}&to=${to}`, options);
  await chart(tab.page).waitFor();
  return tab.page;
}

const chart = (page: Page) => page.getByRole("img", { name: /^What each slot worked on\..*6 files/ });

/** Window of the address, milliseconds since 1970. */
function windowOf(page: Page): { readonly from: number; readonly to: number; readonly length: number } {
  const query = new URL(page.url()).searchParams;
  const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
  return { from, to, length: to - from };
}

test("the wheel zooms at the pointer, a drag moves, and both are in the address", async () => {
  const page = await openTimeline();
  const before = windowOf(page);
  const box = await chart(page).boundingBox();
  if (box === null) throw new Error("the chart is not drawn");
  const [x, y] = [box.x + box.width - 5, box.y + 10];
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -100);
  await expect.poll(() => windowOf(page).length).toBeLessThan(before.length * 0.9);
  const near = windowOf(page);
  // What is under the pointer, at the right edge, stays there.
  expect(Math.abs(near.to - before.to)).toBeLessThan(0.02 * before.length);
  await page.mouse.wheel(0, 100);
  await expect.poll(() => windowOf(page).length).toBeGreaterThan(near.length);
  const rested = windowOf(page);
  await page.mouse.down();
  await page.mouse.move(x - 200, y, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => windowOf(page).from).toBeGreaterThan(rested.from);
  expect(windowOf(page).length).toBe(rested.length);
  await page.reload();
  await chart(page).waitFor();
  await page.mouse.wheel(200, 0);
  await expect.poll(() => windowOf(page).from).toBeGreaterThan(rested.from);
});

test("keys and buttons zoom and move, and lead back to now", async () => {
  const page = await openTimeline();
  const whole = windowOf(page);
  await chart(page).focus();
  await page.keyboard.press("+");
  await expect.poll(() => windowOf(page).length).toBeLessThan(whole.length);
  const near = windowOf(page);
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => windowOf(page).to).toBeLessThan(near.to);
  await page.keyboard.press("-");
  await expect.poll(() => windowOf(page).length).toBeGreaterThan(near.length);
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Zoom out" }).click();
  // Fewer files may be in the window.
  await page.getByRole("img", { name: /^What each slot worked on/ }).focus();
  await page.keyboard.press("0");
  await expect.poll(() => new URL(page.url()).searchParams.has("from")).toBe(false);
  await page.getByRole("button", { name: "1 hour" }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get("last")).toBe("1h");
  await chart(page).waitFor();
});

test("a span tells what it is, and a double click opens its job", async () => {
  const page = await openTimeline();
  const box = await chart(page).boundingBox();
  if (box === null) throw new Error("the chart is not drawn");
  const tip = page.locator(".tip");
  // The place of the work is not known: the pointer looks for it along the lane.
  for (let x = 130; x < box.width && !(await tip.isVisible()); x += 4)
    await page.mouse.move(box.x + x, box.y + 10);
  await tip.getByText("a & <b>, slot 1").waitFor();
  await tip.getByText("text").first().waitFor();
  await page.mouse.down({ clickCount: 1 });
  await page.mouse.up({ clickCount: 1 });
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.waitForURL(`**/jobs/${job}`);
  await page.goBack();
  await page.waitForURL("**/timeline?from=*");
});

async function downloaded(page: Page, click: () => Promise<void>): Promise<{ name: string; body: Buffer }> {
  const waiting = page.waitForEvent("download");
  await click();
  const download: Download = await waiting;
  return { name: download.suggestedFilename(), body: await readFile(await download.path()) };
}

test.each(["light", "dark"] as const)("the chart is exported as PNG, in the %s", async (colorScheme) => {
  const page = await openTimeline({ colorScheme });
  const { name, body } = await downloaded(page, () => page.getByRole("button", { name: "PNG" }).click());
  expect(name).toBe("timeline.png");
  const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true });
  expect(info.width).toBeGreaterThan(600);
  const colours = new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4));
  expect(colours.size).toBeGreaterThan(4);
  // A picture without a background cannot be read where it is pasted into a page of the other theme.
  const { channels } = await sharp(body).stats();
  expect(channels[3]?.min ?? 255).toBe(255);
});

test("the chart is exported as SVG, with names as text", async () => {
  const page = await openTimeline();
  const { name, body } = await downloaded(page, () => page.getByRole("button", { name: "SVG" }).click());
  expect(name).toBe("timeline.svg");
  const svg = body.toString("utf8");
  expect(svg).toContain("a &#38; &#60;b&#62;, slot 1");
  expect(svg.match(/<rect /g)?.length).toBeGreaterThan(3);
  expect((await sharp(body).metadata()).format).toBe("svg");
});

test("the busy times of each slot are exported as CSV", async () => {
  const page = await openTimeline();
  const { name, body } = await downloaded(page, () => page.getByRole("link", { name: "CSV" }).click());
  expect(name).toMatch(/^timeline.*\.csv$/);
  const [head, ...lines] = body.toString("utf8").trim().split("\r\n");
  expect(head).toBe("slave,slot,from,to,state,task,job,index");
  const busy = lines.filter((line) => line.includes(",busy,"));
  expect(busy.length).toBeGreaterThan(0);
  for (const line of busy) expect(line).toContain(`,text,${job},`);
});

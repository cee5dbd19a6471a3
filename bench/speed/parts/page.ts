import type { Page } from "playwright-core";
import { compressedPageBytes } from "../../../tests/browser/assets.ts";
import { closeBrowser, openTab } from "../../../tests/browser/page.ts";
import { small, upload } from "../client.ts";
import { framesWhile } from "../frames.ts";
import { jobEnded } from "../jobs.ts";
import { atLeast, atMost, type BenchPart, type Measure, median, quantile, stated } from "../part.ts";
import { withFleet } from "../start.ts";

const FILE_BYTES = 64;
const ROUNDS = 5;
/** Pixels of a turn of the wheel: a hundred rows. */
const TURN = 4_400;
const JUMPS = 40;
/** Time between two jumps: a hand on the scroll bar rests about so long. */
const REST_MS = 250;

/** Measures the page in Chromium: first paint, a large job that is scrolled, its size. */
export const page: BenchPart = {
  name: "page",
  run: (scale) =>
    withFleet({ slots: 2 }, async ({ url }) => {
      const count = scale(100_000);
      const job = { task: "nothing", field: "files", files: small(count, FILE_BYTES) };
      const answer = await upload(url, { ...job, headers: { prefer: "respond-async" } });
      if (answer.status !== 202) throw new Error(answer.body.toString("utf8"));
      const location = String(answer.headers.location);
      await jobEnded(url, location);
      try {
        return [
          atMost("first paint, cold cache, s", await firstPaint(url), 1),
          stated(`rows of a job of ${count} files are there after, s`, await firstRows(url + location)),
          ...(await scrolled(url + location, count)),
          atMost(
            "scripts and styles, gzipped, KB",
            Math.round(compressedPageBytes() / 1000),
            200,
            "without pdf.js",
          ),
        ];
      } finally {
        await closeBrowser();
      }
    }),
};

async function firstPaint(address: string): Promise<number> {
  return await medianOf(address, "performance.getEntriesByName('first-contentful-paint')[0]?.startTime");
}

async function firstRows(address: string): Promise<number> {
  return await medianOf(address, "document.querySelector('.line a') && performance.now()");
}

/** Median of the seconds that an expression has in a new profile of the browser once it has a value. */
async function medianOf(address: string, milliseconds: string): Promise<number> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { page: tab, close } = await openTab(address);
    values.push(await once(tab, milliseconds));
    await close();
  }
  return Number((median(values) / 1000).toFixed(3));
}

/** Value of an expression, looked at in each frame until it has one; the page's policy forbids to poll from outside. */
async function once(tab: Page, expression: string): Promise<number> {
  return Number(
    await tab.evaluate(`new Promise((resolve) => {
      const look = () => {
        const value = ${expression};
        if (value) resolve(value);
        else requestAnimationFrame(look);
      };
      look();
    })`),
  );
}

async function scrolled(address: string, count: number): Promise<Measure[]> {
  const { page: tab, close } = await openTab(address);
  const rows = tab.locator(".files .scroll");
  await tab.locator(".line a").first().waitFor();
  await rows.hover();
  const wheel = await framesWhile(tab, () => toTheEnd(tab));
  const arrived = await rowsAfter(tab, count);
  const waits: number[] = [];
  const jumps = await framesWhile(tab, async () => {
    for (let jump = 1; jump <= JUMPS; jump += 1) waits.push(await rowsAfter(tab, (jump * 7919) % count));
  });
  await close();
  return [
    atLeast("frames a second, by wheel from the first to the last file", wheel.rate, 50),
    stated("in its slowest second", wheel.slowest),
    stated("rows at the end are there after, ms", Math.round(arrived)),
    atLeast(`frames a second, ${JUMPS} jumps`, jumps.rate, 50),
    stated("in their slowest second", jumps.slowest),
    stated(
      "rows after a jump, ms: median",
      Math.round(median(waits)),
      `slowest: ${Math.round(quantile(waits, 1))}`,
    ),
  ];
}

async function toTheEnd(tab: Page): Promise<void> {
  const isAtEnd =
    "(({ scrollTop, clientHeight, scrollHeight }) => scrollTop + clientHeight >= scrollHeight - 1)";
  while (!(await tab.evaluate(`${isAtEnd}(document.querySelector(".files .scroll"))`))) {
    for (let turn = 0; turn < 10; turn += 1) await tab.mouse.wheel(0, TURN);
  }
}

/** Milliseconds from the moment when a position is scrolled to until all rows in view are known. */
async function rowsAfter(tab: Page, position: number): Promise<number> {
  await tab.evaluate(`{
    const own = document.querySelector(".files .scroll");
    own.scrollTop = ${position} * own.querySelector(".line").offsetHeight;
    window.jumpedAt = performance.now();
  }`);
  const known = "!document.querySelector('.line .quiet') && performance.now() - window.jumpedAt";
  const waited = await once(tab, known);
  await tab.waitForTimeout(Math.max(0, REST_MS - waited));
  return waited;
}

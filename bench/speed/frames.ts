import type { Page } from "playwright-core";
import { quantile } from "./part.ts";

export interface Frames {
  /** Frames a second over the whole time. */
  readonly rate: number;
  /** Frames in the second that had the fewest. */
  readonly slowest: number;
}

const COUNTING = `{
  const times = (window.frameTimes = []);
  const tick = (time) => {
    times.push(time);
    if (window.frameTimes === times) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}`;

/** Frames that the page draws during `work`, from the times between its animation frames. */
export async function framesWhile(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(COUNTING);
  await work();
  const times = (await page.evaluate(
    "{ const times = window.frameTimes; window.frameTimes = []; times; }",
  )) as number[];
  return framesOf(times);
}

function framesOf(times: readonly number[]): Frames {
  const [first = 0] = times;
  const last = times.at(-1) ?? 0;
  const inSecond = times
    .filter((time) => time + 1_000 <= last)
    .map((from) => times.filter((time) => time >= from && time < from + 1_000).length);
  const rate = (times.length - 1) / ((last - first) / 1_000);
  return { rate: Number(rate.toFixed(1)), slowest: quantile(inSecond, 0) };
}

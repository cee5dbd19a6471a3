import { setTimeout as sleep } from "node:timers/promises";
import { job as fetchJob, post, until } from "../../../tests/e2e/fleet.ts";
import type { ChaosFleet } from "../fleet.ts";
import { childrenOf, send } from "../processes.ts";
import type { Random } from "../random.ts";
import { pages } from "../recipes.ts";

/** Pages that are done before a stretch begins. */
const WARM = 8;
/** Quiet and hurt stretches in turns, so that both have the same neighbours on the machine. */
const TURNS = 3;

/** What is left of the pages a second when a slave or a child is killed every 5 s: 1 is all of it. */
export async function shareUnderKills(chaos: ChaosFleet, random: Random, seconds: number): Promise<number> {
  const killOne = async (turn: number) => {
    const slave = random.pick(chaos.slaves);
    const [child] = childrenOf(slave.pid);
    if (turn % 2 === 0) await slave.restart(0);
    else if (child !== undefined) send(child, "SIGKILL");
  };
  let quiet = 0;
  let hurt = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    quiet += await pagesDone(chaos, seconds / TURNS, async () => undefined);
    hurt += await pagesDone(chaos, seconds / TURNS, killOne);
  }
  return hurt / quiet;
}

async function pagesDone(
  chaos: ChaosFleet,
  seconds: number,
  kill: (turn: number) => Promise<void>,
): Promise<number> {
  await chaos.fleet.alive(chaos.slaves.length);
  const headers = { prefer: "respond-async" };
  const files = await pages("load", 1000);
  const response = await post(chaos.url, files, { task: "ocr", field: "images", headers });
  const { job_id: id } = (await response.json()) as { job_id: string };
  // The measurement begins when all slots are warm and busy.
  const done = async () => (await fetchJob(chaos.url, id)).counts.done;
  await until("the first pages", async () => ((await done()) >= WARM ? true : undefined));
  const before = await done();
  const ending = Date.now() + seconds * 1000;
  const kills: Promise<void>[] = [];
  for (let turn = 0; Date.now() < ending; turn += 1) {
    kills.push(kill(turn));
    await sleep(Math.min(5000, ending - Date.now()));
  }
  const pagesInTime = (await done()) - before;
  await fetch(`${chaos.url}/jobs/${id}`, { method: "DELETE" });
  await Promise.all(kills);
  return pagesInTime;
}

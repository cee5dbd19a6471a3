import { afterAll, beforeAll, expect, test } from "vitest";
import { assign, type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab } from "./page.ts";
import { CODE } from "./viewedJobs.ts";

let fleet: RunningFleet;
let tab: OpenTab;

beforeAll(async () => {
  fleet = await startFleet({ FLEET_TOKEN: "secret", ALLOW_FUNCTIONS: "sandbox" });
  await fleet.slave();
  await fleet.alive(1);
}, 120_000);

afterAll(async () => {
  await closeBrowser();
  await fleet.stop();
});

test("the items of a function stand in a table with their values or errors, and its console beside them", async () => {
  const source =
    "(x) => { if (typeof x === 'string') throw new TypeError(x); console.log('seen'); return { a: [x] }; }";
  const body = Buffer.from(JSON.stringify([1, CODE, 4]));
  const how = { task: "function", field: "items", options: { source } };
  const answer = await assign(fleet.master.url, [{ name: "items.json", body }], how);
  const { job_id: id } = answer.body as { readonly job_id?: string };
  tab = await openTab(`${fleet.master.url}/jobs/${id}/files/0`);
  const { page } = tab;
  const items = page.getByRole("table", { name: "Items" });
  await items.getByText(`TypeError: ${CODE}`).waitFor();
  expect(await items.getByRole("row").count()).toBe(4);
  await page.getByText("2 lines").waitFor();
  await page.getByRole("checkbox", { name: "Only those with an error" }).check();
  expect(await items.getByRole("row").count()).toBe(2);
  await closeFaultless(tab);
});

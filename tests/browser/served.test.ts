import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { compressedPageBytes } from "./assets.ts";

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet({ CLIENT_TOKEN: "a-token-that-is-long" });
});

afterAll(() => fleet?.stop());

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

test.each(["/", "/jobs", "/jobs/01ABC", "/jobs/01ABC/files/3", "/slaves", "/slaves/x", "/timeline"])(
  "a browser gets the page at %s without a token, and a script gets what the API answers",
  async (path) => {
    const page = await fetch(fleet.master.url + path, { headers: BROWSER });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain('<div id="page">');
    const data = await fetch(fleet.master.url + path, { headers: { accept: "application/json" } });
    expect(data.headers.get("content-type")).not.toContain("html");
    expect(data.status).toBe(path === "/" ? 200 : 401);
  },
);

test("the page runs no code but that of the master, and loads nothing from elsewhere", async () => {
  const page = await fetch(fleet.master.url, { headers: BROWSER });
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(await page.text()).not.toMatch(/https?:\/\//);
});

test("assets have an address for each content, and browsers keep them", async () => {
  const page = await (await fetch(fleet.master.url, { headers: BROWSER })).text();
  const assets = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
  expect(assets).toHaveLength(3);
  for (const asset of assets) {
    const answer = await fetch(fleet.master.url + asset);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([
      200,
      "public, max-age=31536000, immutable",
    ]);
  }
  expect((await fetch(`${fleet.master.url}/assets/none.js`)).status).toBe(401);
});

test("scripts and styles of the page have at most 200 KB, compressed, without pdf.js", () => {
  expect(compressedPageBytes()).toBeLessThan(200_000);
});

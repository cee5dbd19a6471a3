import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { closeBrowser, closeFaultless, type OpenTab, openTab } from "./page.ts";

declare global {
  /** The SDK in the page of the tests. */
  var sdk: typeof import("../../cli/sdk/index.ts");
}

let fleet: RunningFleet;
let tab: OpenTab;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const modules = await bundled();
  tab = await openTab(`${fleet.master.url}/livez`);
  // A page of another program, at the address of the master.
  await tab.page.route("**/sdk-test/*.js", (route) => {
    const name = new URL(route.request().url()).pathname.slice("/sdk-test/".length);
    return route.fulfill({ body: modules.get(name) ?? "", contentType: "text/javascript" });
  });
  await tab.page.route("**/sdk-test.html", (route) =>
    route.fulfill({ body: HTML, contentType: "text/html" }),
  );
  await tab.page.goto(`${fleet.master.url}/sdk-test.html`);
  await tab.page.waitForFunction(() => "sdk" in globalThis);
}, 120_000);

afterAll(async () => {
  await closeFaultless(tab);
  await closeBrowser();
  await fleet?.stop();
});

const HTML = `<!doctype html><title>A program</title>
<script type="module">import * as sdk from "/sdk-test/sdk.js"; globalThis.sdk = sdk;</script>`;

/** The modules, by their names, into which a bundler puts the SDK for a page. */
async function bundled(): Promise<ReadonlyMap<string, string>> {
  const entry = join(import.meta.dirname, "../../cli/sdk/index.ts");
  const lib = { entry, formats: ["es" as const], fileName: "sdk" };
  const built = await build({
    ...{ configFile: false, logLevel: "silent" },
    build: { write: false, minify: true, target: "es2023", lib },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunks = outputs.flatMap((one) => ("output" in one ? one.output : []));
  return new Map(chunks.map((chunk) => [chunk.fileName, chunk.type === "chunk" ? chunk.code : ""]));
}

test("in a browser files, blobs, bytes and streams are sent, and their results read", async () => {
  const outcome = await tab.page.evaluate(async (master) => {
    const client = await globalThis.sdk.connect({ master });
    const text = (name: string) => `A fine letter ${name} of the sea.`;
    const stream = () => new Blob([text("stream")]).stream();
    const job = await client.submit(
      "text",
      [
        new File([text("file")], "größe.txt"),
        new Blob([text("blob")]),
        { name: "folder/bytes.txt", bytes: text("bytes") },
        { name: "stream.txt", stream },
        { name: "large.txt", bytes: "Many words. ".repeat(100_000) },
      ],
      { name: "from a browser", options: { keywords: 2 } },
    );
    const files: { path: string; words: unknown }[] = [];
    for await (const file of job.results()) {
      const { word_count: words } = (await file.json()) as { word_count?: number };
      files.push({ path: file.path ?? file.filename, words });
    }
    const { state, name, options } = await job.done();
    return {
      state,
      name,
      keywords: options.keywords,
      files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    };
  }, fleet.master.url);
  expect(outcome).toMatchObject({ state: "succeeded", name: "from a browser", keywords: 2 });
  expect(outcome.files).toEqual([
    { path: "file", words: 7 },
    { path: "folder/bytes.txt", words: 7 },
    { path: "größe.txt", words: 7 },
    { path: "large.txt", words: 200_000 },
    { path: "stream.txt", words: 7 },
  ]);
});

test("in a browser a request whose connection breaks is made again under its key, and makes one job", async () => {
  let broken = 0;
  await tab.page.route("**/assign_task", async (route) => {
    broken += 1;
    // The first request arrives, and its answer does not.
    if (broken === 1) await route.fetch();
    if (broken === 1) await route.abort("connectionreset");
    else await route.continue();
  });
  const outcome = await tab.page.evaluate(async (master) => {
    const outages: string[] = [];
    const onOutage = (error: unknown) => outages.push((error as { code: string }).code);
    const client = await globalThis.sdk.connect({ master, onOutage });
    const job = await client.submit("text", [new File(["Once only."], "once.txt")]);
    await job.done();
    const { total } = await client.jobs.list({ query: "file:once.txt" });
    return { outages, total, id: job.id };
  }, fleet.master.url);
  await tab.page.unroute("**/assign_task");
  expect(outcome).toMatchObject({ outages: ["master_unreachable"], total: 1 });
  expect(broken).toBe(2);
});

test("in a browser events come, a signal ends a call, and errors have their codes", async () => {
  const outcome = await tab.page.evaluate(async (master) => {
    const client = await globalThis.sdk.connect({ master });
    const stop = new AbortController();
    const types: string[] = [];
    const listening = (async () => {
      for await (const event of client.events({ query: "file:watched.txt", signal: stop.signal })) {
        types.push(event.type === "job" ? `job ${event.job.state}` : event.type);
        if (event.type === "job" && event.job.state === "succeeded") stop.abort("seen");
      }
    })().catch((reason: unknown) => reason);
    await client.submit("text", [new File(["Watched."], "watched.txt")]);
    const reason = await listening;
    const codeOf = async (call: Promise<unknown>) =>
      await call.then(
        () => "none",
        (error: unknown) => (error as { code: string }).code,
      );
    const codes = [
      await codeOf(client.submit("text", [{ path: "/etc/passwd" }])),
      await codeOf(client.submit("dance", [])),
      await codeOf(client.jobs.get("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
    ];
    return { reason, isTold: types.includes("job succeeded"), isReady: types.includes("ready"), codes };
  }, fleet.master.url);
  expect(outcome).toEqual({
    ...{ reason: "seen", isTold: true, isReady: true },
    codes: ["not_readable", "unknown_task", "no_such_job"],
  });
});

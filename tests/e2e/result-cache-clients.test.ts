import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../cli/sdk/index.ts";
import { runCli } from "../standin/runCli.ts";
import { type RunningFleet, startFleet } from "./fleet.ts";

/** Results on record, by the command line and the SDK. */
let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet({ RESULT_CACHE: "use" });
  await fleet.slave();
  await fleet.alive(1);
}, 60_000);
afterAll(() => fleet?.stop());

const newText = () => `A fine day in ${randomUUID()}. It rained, and all were glad.`;

test("the command line says how many files were on record, and does them anew where it is told to", async () => {
  await writeFile(join(fleet.folder, "known.txt"), newText());
  const upload = async (...more: string[]) => {
    const how = { cwd: fleet.folder, env: { MASTER_URL: fleet.master.url } };
    const { code, stdout } = await runCli(["upload", "text", ...more], how);
    expect(code).toBe(0);
    return stdout;
  };
  expect(await upload("known.txt")).toMatch(/^1 file done in /m);
  await writeFile(join(fleet.folder, "new.txt"), newText());
  expect(await upload("known.txt", "new.txt")).toMatch(/^2 files done \(1 by results on record\) in /m);
  expect(await upload("known.txt", "--cache", "refresh")).toMatch(/^1 file done in /m);
}, 60_000);

test("the SDK does, too", async () => {
  const client = await connect({ master: fleet.master.url });
  const files = [new File([newText()], "a.txt")];
  const cachedOf = async (cache?: "use" | "off") => {
    const job = await client.submit("text", files, { cache });
    return (await job.done()).cached_files;
  };
  expect([await cachedOf(), await cachedOf(), await cachedOf("off")]).toEqual([undefined, 1, undefined]);
}, 60_000);

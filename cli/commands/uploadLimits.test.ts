import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type StandInMaster, startStandInMaster } from "../../tests/standin/master.ts";
import { runCli } from "../../tests/standin/runCli.ts";

const FINE = { max_files: 2, max_file_bytes: 10, max_upload_bytes: 15 };

let folder: string;
let master: StandInMaster | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-limits-"));
  for (const [name, bytes] of Object.entries({ a: 9, b: 9, c: 1, large: 11 }))
    await writeFile(join(folder, `${name}.txt`), "x".repeat(bytes));
});
afterEach(async () => {
  await master?.close();
  master = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function upload(limits: typeof FINE | undefined, names: readonly string[]) {
  master = await startStandInMaster(limits === undefined ? {} : { limits });
  const args = ["upload", "text", ...names.map((name) => `${name}.txt`), "--json"];
  const { code: exit, stdout } = await runCli(args, { cwd: folder, env: { MASTER_URL: master.url } });
  const { code, error } = JSON.parse(stdout) as { readonly code?: string; readonly error?: string };
  return { exit, sent: master.jobs.length, code, error };
}

test.each([
  [["a", "b", "c"], "too_many_files", /^3 files are more than the master takes .*MAX_FILES=2/],
  [
    ["a", "large"],
    "too_large",
    /^large\.txt \(11 bytes\) is larger than the master takes \(MAX_FILE_BYTES: 10 bytes\)/,
  ],
  [["a", "b"], "no_space", /^The files have 18 bytes, and the master's disk has room for 15 bytes/],
])("%j are %s before anything is sent", async (names, code, error) => {
  const told = { code, error: expect.stringMatching(error) };
  expect(await upload(FINE, names)).toEqual({ exit: 1, sent: 0, ...told });
});

test("files within the limits are sent, and any files to a master that does not tell them", async () => {
  expect(await upload(FINE, ["a", "c"])).toMatchObject({ sent: 1 });
  await master?.close();
  expect(await upload(undefined, ["a", "b", "c", "large"])).toMatchObject({ sent: 1 });
});

import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder } from "../../tests/standin/cliFolder.ts";
import type { CliRun } from "../../tests/standin/runCli.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
});

afterEach(() => folder.close());

function run(
  args: readonly string[],
  stdin = "",
  env: Readonly<Record<string, string>> = {},
): Promise<CliRun> {
  return folder.run(args, {
    stdin,
    env: { MASTER_URL: "", XDG_CONFIG_HOME: join(folder.path, "config"), ...env },
  });
}

test("a profile keeps a master and its token for this user only, and is used where nothing else is said", async () => {
  const { url } = await folder.standIn({ token: "secret" });
  const added = await run(["profile", "add", "office", "--master", url], "secret\n");
  expect([added.code, added.stdout]).toEqual([0, ""]);
  const file = join(folder.path, "config/manyhands/profiles.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await run(["jobs"])).code).toBe(0);
  const listed = await run(["profile", "list", "--output", "json"]);
  expect(JSON.parse(listed.stdout)).toEqual({
    profiles: [{ name: "office", master: url, has_token: true, in_use: true }],
  });
  expect(listed.stdout + added.stderr).not.toContain("secret");
});

test("--profile names another master; flags and environment come before the profile in use", async () => {
  const { url } = await folder.standIn({ token: "t" });
  await folder.files({ token: "t\n" });
  await run(["profile", "add", "home", "--master", "127.0.0.1:1", "--no-token"]);
  await run(["profile", "add", "lab", "--master", url, "--token-file", "token"]);
  expect((await run(["jobs"])).code).toBe(3);
  expect((await run(["jobs", "--profile", "lab"])).code).toBe(0);
  expect((await run(["jobs", "--master", url, "--token", "t"])).code).toBe(0);
  expect((await run(["jobs"], "", { MASTER_URL: url, CLIENT_TOKEN: "t" })).code).toBe(0);
  expect((await run(["profile", "use", "lab"])).code).toBe(0);
  expect((await run(["jobs"])).code).toBe(0);
  expect((await run(["profile", "remove", "lab"])).code).toBe(0);
  const gone = await run(["jobs", "--profile", "lab"]);
  expect([gone.code, gone.stderr]).toEqual([2, "manyhands: There is no profile lab.\nValid: home\n"]);
});

test("wrong input of profiles is named: exit 2", async () => {
  expect((await run(["profile", "add", "../x", "--master", "a"])).stderr).toContain("letters, digits");
  expect((await run(["profile", "add", "x", "--master", "ftp://a", "--no-token"])).stderr).toContain(
    "not the address",
  );
  expect((await run(["profile", "add", "x", "--master", "a", "--token-file", "none"])).stderr).toContain(
    "(ENOENT)",
  );
  await run(["profile", "add", "x", "--master", "a", "--no-token"]);
  await writeFile(join(folder.path, "config/manyhands/profiles.json"), "{");
  const broken = await run(["jobs"]);
  expect([broken.code, broken.stderr]).toEqual([
    2,
    expect.stringContaining("is no file of profiles: mend or remove it"),
  ]);
});

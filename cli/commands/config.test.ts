import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder } from "../../tests/standin/cliFolder.ts";
import type { Setting } from "../settings/settings.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
});

afterEach(() => folder.close());

async function settings(env: Readonly<Record<string, string>>): Promise<{
  readonly code: number | null;
  readonly text: string;
  readonly of: (name: string) => Setting | undefined;
}> {
  const { code, stdout } = await folder.run(["config", "--output", "json"], { env });
  const { variables } = JSON.parse(stdout) as { readonly variables: readonly Setting[] };
  return { code, text: stdout, of: (name) => variables.find((variable) => variable.name === name) };
}

test("config tells the value of each variable and where it comes from, and shows no secret", async () => {
  await folder.files({
    ".env": "MASTER_PORT=5055\nCLIENT_TOKEN=from-the-dotenv\nSLAVE_PORT=4000\n",
    "s.txt": "from-a-file",
  });
  const env = { SLAVE_PORT: "4001", MANYHANDS_TOKEN_FILE: "s.txt", MASTER_URL: "" };
  const { code, of, text } = await settings(env);
  expect(code).toBe(0);
  expect(of("MASTER_PORT")).toMatchObject({ value: "5055", source: ".env", read_by: ["master", "cli"] });
  expect(of("SLAVE_PORT")).toMatchObject({ value: "4001", source: "environment", read_by: ["slave", "cli"] });
  expect(of("CLIENT_TOKEN")).toMatchObject({ value: "***", source: ".env" });
  expect(of("FLEET_TOKEN")).toMatchObject({
    value: "***",
    source: "file",
    from: "s.txt (MANYHANDS_TOKEN_FILE)",
  });
  expect(of("SLAVE_SLOTS")).toMatchObject({ value: "one per core", source: "default" });
  expect(of("TLS_CERT")).toMatchObject({ source: "default" });
  expect(text).not.toMatch(/from-the-dotenv|from-a-file/);
});

test("values that cannot be used and names that are nearly ours are named: exit 1", async () => {
  await folder.files({ ".env": "COLOUR=red\n" });
  const env = { MASTER_PORT: "many", MASTER_URLS: "a", MANYHANDS_TOKN: "x", SLAVE_SLOST: "2", PATH_TO: "y" };
  const { code, stdout } = await folder.run(["config"], { env });
  expect(code).toBe(1);
  expect(stdout).toContain("MASTER_PORT=many: a port from 0 to 65535 is needed\n");
  expect(stdout).toContain("MASTER_URLS (environment) is no variable of manyhands: is MASTER_URL meant?\n");
  expect(stdout).toContain(
    "MANYHANDS_TOKN (environment) is no variable of manyhands: is MANYHANDS_TOKEN meant?\n",
  );
  expect(stdout).toContain("SLAVE_SLOST (environment) is no variable of manyhands: is SLAVE_SLOTS meant?\n");
  expect(stdout).toContain("COLOUR (.env) is no variable of manyhands: docs/configuration.md lists all\n");
  expect(stdout).not.toContain("PATH_TO");
});

test("config --set --of cli has only what is set for the command line", async () => {
  const { stdout } = await folder.run(["config", "--set", "--of", "cli", "--output", "csv"], {
    env: { MASTER_URL: "http://u:pw@h:1", SLAVE_NAME: "s" },
  });
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").slice(0, 3)),
  ).toEqual([["MASTER_URL", "http://u:***@h:1", "environment"]]);
});

test("the command line finds the master of MASTER_PORT when MASTER_URL is not set", async () => {
  const { url } = await folder.standIn();
  await writeFile(join(folder.path, ".env"), `MASTER_PORT=${new URL(url).port}\n`);
  const { code } = await folder.run(["jobs"], { env: { MASTER_URL: "" } });
  expect(code).toBe(0);
});

import { expect, test } from "vitest";
import { requireRedis } from "./requireRedis.ts";

/** A server of a version with settings; undefined: it keeps them to itself. */
function server(version: string, settings: Readonly<Record<string, string>> | undefined) {
  return {
    info: async () => `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n`,
    call: async (_command: string, ...[, name = ""]: readonly unknown[]) => {
      if (settings === undefined) throw new Error("ERR unknown command 'CONFIG'");
      return [name, settings[String(name)] ?? ""];
    },
  };
}

const GOOD = { "maxmemory-policy": "noeviction", appendonly: "yes", appendfsync: "everysec" };

async function risksOf(version: string, settings: Readonly<Record<string, string>> | undefined) {
  const risks: string[] = [];
  await requireRedis(server(version, settings), (risk) => risks.push(risk));
  return risks;
}

test("a Redis that keeps what it was given is not warned of", async () => {
  expect(await risksOf("7.0.15", GOOD)).toEqual([]);
  expect(await risksOf("6.2.0", { ...GOOD, appendfsync: "always" })).toEqual([]);
});

test.each([
  ["maxmemory-policy", "allkeys-lru", "Set maxmemory-policy noeviction"],
  ["appendonly", "no", "Set appendonly yes"],
  ["appendfsync", "no", "appendfsync everysec"],
])("a warning names the setting %s = %s, what to set and what it costs", async (name, value, advice) => {
  const [risk = "", ...more] = await risksOf("7.0.15", { ...GOOD, [name]: value });
  expect(more).toEqual([]);
  expect(risk).toMatch(new RegExp(`^${name} is ${value} at the Redis`));
  expect(risk).toContain(advice);
  expect(risk).toMatch(/; .*(?:refuses|disk)/);
});

test("a Redis that does not tell its settings is warned of once", async () => {
  expect(await risksOf("7.2.4", undefined)).toEqual([
    expect.stringContaining("does not tell its settings: see that it has maxmemory-policy noeviction"),
  ]);
});

test.each(["6.0.16", "5.0.14", "nonsense"])("version %s is refused", async (version) => {
  await expect(risksOf(version, GOOD)).rejects.toMatchObject({
    code: "bad_configuration",
    message: expect.stringContaining("version 6.2 or later"),
  });
});

import { expect, test } from "vitest";
import { requireServer } from "./requireServer.ts";

const SAFE = {
  server_version: "15.4 (Debian)",
  server_version_num: "150004",
  server_encoding: "UTF8",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  synchronous_standby_names: "",
};

async function risksOf(settings: Partial<typeof SAFE>, replicas = 0): Promise<string[]> {
  const risks: string[] = [];
  const set = Object.entries({ ...SAFE, ...settings }).map(([name, setting]) => ({ name, setting }));
  const rows = async (sql: string) => (sql.includes("pg_stat_replication") ? [{ replicas }] : set);
  await requireServer({ rows }, (risk) => risks.push(risk));
  return risks;
}

test("a server that keeps what it acknowledged is warned of by nothing", async () => {
  expect(await risksOf({})).toEqual([]);
});

test.each(["fsync", "full_page_writes", "synchronous_commit"])(
  "%s = off is a warning that names the setting and its cost",
  async (name) => {
    const [risk, ...others] = await risksOf({ [name]: "off" });
    expect(others).toEqual([]);
    expect(risk).toMatch(new RegExp(`^${name} is off .* ${name} = on.*; .+ then `));
  },
);

test("a replica that is not waited for is a warning that names the setting and its cost", async () => {
  expect(await risksOf({}, 1)).toEqual([
    expect.stringMatching(/Set synchronous_standby_names; .+ then waits/),
  ]);
  expect(await risksOf({ synchronous_standby_names: "replica" }, 1)).toEqual([]);
});

test("a server before version 13, and a database in another encoding, are bad_configuration", async () => {
  const old = risksOf({ server_version: "12.20", server_version_num: "120020" });
  await expect(old).rejects.toMatchObject({
    code: "bad_configuration",
    message: "DATABASE_URL: the server is PostgreSQL 12.20; version 13 or later is needed.",
  });
  await expect(risksOf({ server_encoding: "LATIN1" })).rejects.toMatchObject({ code: "bad_configuration" });
});

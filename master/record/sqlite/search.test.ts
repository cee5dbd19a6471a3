import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newJob } from "../fixtures.contract.ts";
import type { SearchClause } from "../search.ts";
import { type Database, openDatabase } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";
import { Searches } from "./search.ts";
import { openSqliteRecord } from "./sqliteRecord.ts";

const JOBS = 60;

let folder = "";
let db: Database;
const counts = { looks: 0, turns: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-search-"));
  const file = join(folder, "jobs.sqlite");
  const jobs = await openSqliteRecord({ file });
  for (let n = 0; n < JOBS; n += 1) await jobs.create(newJob(`01A${n}`, [`letter-${n}.txt`, "report.txt"]));
  await jobs.close();
  db = await openDatabase(file, MIGRATIONS);
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

/** The database, with a count of the questions about files. */
function counted(): Database {
  return {
    ...db,
    pause: undefined,
    prepare: (sql) => {
      const statement = db.prepare(sql);
      const get: typeof statement.get = (...values) => {
        if (sql.includes("FROM files")) counts.looks += 1;
        return statement.get(...values);
      };
      return { ...statement, get };
    },
  };
}

function words(kind: "excluding" | "including", count: number, word: (n: number) => string): SearchClause[] {
  return Array.from({ length: count }, (_, n) => ({
    isExcluding: kind === "excluding",
    terms: [{ key: "text", value: word(n) }],
  }));
}

test.each([
  ["excluded", words("excluding", 20, (n) => `nowhere-${n}`), JOBS],
  ["wanted", words("including", 20, (n) => (n % 2 === 0 ? "report" : "letter")), JOBS],
  ["wanted or not", [...words("including", 9, () => "letter"), ...words("excluding", 9, () => "report")], 0],
])("twenty words that are %s look at the files of a job once", async (_, search, found) => {
  counts.looks = 0;
  counts.turns = 0;
  const searches = new Searches(counted(), async () => {
    counts.turns += 1;
  });
  const ids: string[] = [];
  for await (const some of searches.jobs({ search })) ids.push(...some);
  expect(ids).toHaveLength(found);
  expect(counts.looks).toBe(JOBS);
  expect(counts.turns).toBeLessThan(JOBS / 2);
});

import { loadEnvFile } from "../shared/env.ts";
import { ConfigError } from "../shared/errors.ts";
import { failed } from "../shared/process/failed.ts";
import { readDatabases } from "./config.ts";
import { migrateDatabase } from "./record/postgres/migrate.ts";

/** The program behind `manyhands migrate`. */
async function main(): Promise<void> {
  loadEnvFile();
  const { databaseUrl: url, queueUrl = url } = readDatabases();
  if (url === undefined)
    throw new ConfigError("DATABASE_URL is not set. A record in a file is migrated when its master starts.");
  const { from, to } = await migrateDatabase({ url });
  const done = from === to ? `had version ${to} already` : `went from version ${from} to ${to}`;
  process.stdout.write(`The schema of the database ${done}.\n`);
  if (queueUrl === undefined || !queueUrl.startsWith("postgres")) return;
  const { migrateQueue } = await import("./queue/shared/bull/postgres.ts");
  const version = await migrateQueue(queueUrl);
  process.stdout.write(`The schema of the queue has version ${version}.\n`);
}

// The command line waits for this module.
await main().catch(failed);

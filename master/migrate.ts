import { loadEnvFile } from "../shared/env.ts";
import { ConfigError } from "../shared/errors.ts";
import { failed } from "../shared/process/failed.ts";
import { readDatabaseUrl } from "./config.ts";
import { migrateDatabase } from "./record/postgres/migrate.ts";

/** The program behind `manyhands migrate`. */
async function main(): Promise<void> {
  loadEnvFile();
  const url = readDatabaseUrl();
  if (url === undefined)
    throw new ConfigError("DATABASE_URL is not set. A record in a file is migrated when its master starts.");
  const { from, to } = await migrateDatabase({ url });
  const done = from === to ? `had version ${to} already` : `went from version ${from} to ${to}`;
  process.stdout.write(`The schema of the database ${done}.\n`);
}

// The command line waits for this module.
await main().catch(failed);

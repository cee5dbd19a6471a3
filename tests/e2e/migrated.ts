import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const DIST = join(import.meta.dirname, "../../dist");

/** Makes the tables of a database by `manyhands migrate`. @returns what it says */
export async function migrated(url: string, dist = DIST): Promise<string> {
  const env = { ...process.env, DATABASE_URL: url };
  return (await promisify(execFile)(process.execPath, [join(dist, "cli/main.js"), "migrate"], { env }))
    .stdout;
}

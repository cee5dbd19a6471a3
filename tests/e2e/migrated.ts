import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const CLI = join(import.meta.dirname, "../../dist/cli/main.js");

/** Makes the tables of a database by `manyhands migrate`. @returns what it says */
export async function migrated(url: string): Promise<string> {
  const env = { ...process.env, DATABASE_URL: url };
  return (await promisify(execFile)(process.execPath, [CLI, "migrate"], { env })).stdout;
}

import type { Client } from "pg";
import { AppError } from "../../../shared/errors.ts";
import { SILENT_SECONDS } from "../masters.ts";
import { LOCKS } from "./connect.ts";
import type { SharingMaster } from "./postgresRecordOptions.ts";

/** Which masters may work with a database at the same time as this one. */
export interface LockWish {
  readonly schema: string;
  /** `one`: no other master. `many`: all that do not ask. A member: other members with other folders. */
  readonly masters: "one" | "many" | SharingMaster;
}

/**
 * Takes the locks that a master has for as long as its connection lives: a master that works alone has for itself what
 * members share. @throws AppError `data_in_use`
 */
export async function lockForMaster(client: Client, { schema, masters }: LockWish): Promise<void> {
  if (masters === "many") return;
  const isMember = masters !== "one";
  const lock = isMember ? "pg_try_advisory_lock_shared" : "pg_try_advisory_lock";
  const sentence = isMember
    ? "Another master works alone with this database. Stop it, or set STORE_URL there, too: masters that share a bucket work together."
    : "Another master works with this database. Stop it, or give this one another DATABASE_URL. Several work together when each has the same STORE_URL.";
  if (!(await isHeld(client, lock, `${schema} master`))) throw inUse(sentence);
  if (!isMember) return;
  if (!(await isHeld(client, "pg_try_advisory_lock", `${schema} place ${masters.place}`)))
    throw inUse("Another master has this DATA_DIR in use. Give each master a folder of its own.");
  await requireSameStore(client, masters);
}

async function isHeld(client: Client, lock: string, name: string): Promise<boolean> {
  const sql = `SELECT ${lock}($1, hashtext($2))::int AS held`;
  const { rows } = await client.query<{ readonly held: number }>(sql, [LOCKS, name]);
  return rows[0]?.held === 1;
}

/** Bytes that one master stores are read by all. */
async function requireSameStore(client: Client, { store }: SharingMaster): Promise<void> {
  const { rows } = await client.query<{ readonly url: string; readonly store: string }>(
    `SELECT url, store FROM masters WHERE store <> $1 AND seen_at > clock_timestamp() - make_interval(secs => $2)`,
    [store, SILENT_SECONDS],
  );
  const [other] = rows;
  if (other === undefined) return;
  throw inUse(
    `The master ${other.url} works with this database and the store ${other.store}. Masters of one database need the same bucket and prefix in STORE_URL.`,
  );
}

function inUse(sentence: string): AppError {
  return new AppError("data_in_use", sentence);
}

/**
 * Ends what the server still holds of connections that this record has cut: their locks, and commits that did not arrive.
 * @param name application name of all connections of this record
 */
export async function endCutConnections(client: Client, name: string): Promise<void> {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = $1 AND usename = current_user AND pid <> pg_backend_pid()`;
  await client.query(sql, [name]);
}

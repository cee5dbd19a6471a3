import { ConfigError } from "../../../shared/errors.ts";
import type { Queries } from "./database.ts";

const LEAST_VERSION = 13;

/** Settings of the server by which what was acknowledged may be lost, with what to do and what that costs. */
const RISKS: Readonly<Record<string, string>> = {
  fsync:
    "when its machine crashes, accepted jobs may be lost and the database damaged. Set fsync = on and restart the server; each group of changes then waits for the disk, some milliseconds.",
  full_page_writes:
    "when its machine crashes, pages that were half written may be damaged. Set full_page_writes = on; the server then writes more of its log after each checkpoint.",
  synchronous_commit:
    "when its machine crashes, jobs that were accepted in the last second may be lost. The master asks for synchronous_commit = on, so something between it and the server drops the wish; each group of changes then waits for the disk, some milliseconds.",
};

/**
 * Warns of settings of the server by which accepted jobs may be lost.
 * @throws ConfigError when the server is too old, or the database has another encoding
 */
export async function requireServer(db: Pick<Queries, "rows">, warn: (risk: string) => void): Promise<void> {
  const rows = await db.rows("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", [
    "server_version",
    "server_version_num",
    "server_encoding",
    "synchronous_standby_names",
    ...Object.keys(RISKS),
  ]);
  const settings = new Map(rows.map(({ name, setting }) => [String(name), String(setting)]));
  const version = settings.get("server_version");
  if (Number(settings.get("server_version_num")) < LEAST_VERSION * 10_000)
    throw new ConfigError(
      `DATABASE_URL: the server is PostgreSQL ${version}; version ${LEAST_VERSION} or later is needed.`,
    );
  const encoding = settings.get("server_encoding");
  if (encoding !== "UTF8")
    throw new ConfigError(`DATABASE_URL: the database has the encoding ${encoding}; it needs UTF8.`);
  for (const [name, risk] of Object.entries(RISKS))
    if (settings.get(name) === "off") warn(`${name} is off at the database (DATABASE_URL): ${risk}`);
  if (settings.get("synchronous_standby_names") === "" && (await hasReplica(db))) warn(UNAWAITED);
}

const UNAWAITED =
  "The database (DATABASE_URL) has a replica, and does not wait for it: when the replica takes over, jobs that were accepted last may be lost. Set synchronous_standby_names; each group of changes then waits for the replica.";

async function hasReplica(db: Pick<Queries, "rows">): Promise<boolean> {
  const [row] = await db.rows("SELECT count(*)::int AS replicas FROM pg_stat_replication");
  return Number(row?.replicas) > 0;
}

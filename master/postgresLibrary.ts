import { ConfigError } from "../shared/errors.ts";

/** The client of PostgreSQL, an optional package: only masters with a database load it. */
export type PostgresLibrary = typeof import("pg");

/** @param variable the setting that needs it @throws ConfigError */
export async function loadPostgres(variable: string): Promise<PostgresLibrary> {
  try {
    return await import("pg");
  } catch (error) {
    throw new ConfigError(
      `${variable} needs the package pg, which is not installed: npm install pg (${String(error)})`,
    );
  }
}

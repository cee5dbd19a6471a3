import { as } from "../shared/env.ts";

/** Variables of the master for engines on other machines. */
export const DATABASE_VARIABLES = {
  databaseUrl: {
    name: "DATABASE_URL",
    schema: as.database.optional(),
    fallback: undefined,
    meaning:
      "PostgreSQL database (13 or later) for the record of jobs: `postgres://user:password@host:port/database`. `manyhands migrate` makes its tables. Masters with the same STORE_URL work with it together; without STORE_URL one master at a time.",
    unset: "a file in DATA_DIR",
  },
  queueUrl: {
    name: "QUEUE_URL",
    schema: as.queue.optional(),
    fallback: undefined,
    meaning:
      "Redis (6.2 or later) or PostgreSQL through which masters with the same DATABASE_URL and STORE_URL share the files of their jobs: `redis://user:password@host:port/0`, `rediss://…` with TLS, `postgres://…`. `manyhands migrate` makes the tables of a PostgreSQL.",
    unset: "DATABASE_URL, where STORE_URL is set, too",
  },
  engineWaitSeconds: {
    name: "ENGINE_WAIT_SECONDS",
    schema: as.seconds,
    fallback: "60",
    meaning:
      "Longest wait of a starting master for a database, a queue or a bucket that does not answer. Then it ends with an error.",
  },
} as const;

import {
  ACCESS_VARIABLES,
  type Access,
  readAccess,
  refuseOpenDoor,
  requireKnown,
  requireNames,
  secretIn,
} from "../shared/access.ts";
import { BEAT_SECONDS } from "../shared/contract/fleet.ts";
import { as, readVariables, type Values } from "../shared/env.ts";
import { CA_VARIABLE, LISTENING_VARIABLES, readCa, readTls, type Tls } from "../shared/listening.ts";
import { MEMBER_VARIABLES } from "../shared/memberConfig.ts";
import { CLIENT_VARIABLES } from "./clientVariables.ts";
import { DATABASE_VARIABLES } from "./databaseVariables.ts";
import { KEEP_VARIABLES } from "./keepVariables.ts";
import { NOT_FOR_SLAVES } from "./notForSlaves.ts";
import type { S3Connection } from "./store/s3/connection.ts";
import { readStore, STORE_VARIABLES } from "./storeVariables.ts";
import { webhookKeys } from "./webhooks/keys.ts";
import { WEBHOOK_VARIABLES } from "./webhookVariables.ts";

/** Every variable that the master reads. `.env.example` and docs/configuration.md list the same. */
export const MASTER_VARIABLES = {
  host: v(
    "MASTER_HOST",
    as.text,
    "127.0.0.1",
    "Address that the master listens on. `0.0.0.0`: the whole network; it needs a token.",
  ),
  port: v(
    "MASTER_PORT",
    as.port,
    "5000",
    "Port of the master. 0: a free one. The command line looks for a master there when MASTER_URL is not set.",
  ),
  resultsDir: v(
    "RESULTS_DIR",
    as.text,
    "processed_results",
    "Folder for results; each task has its own below it.",
  ),
  onExisting: v(
    "ON_EXISTING",
    as.oneOf(["keep", "replace"] as const),
    "keep",
    "When a result's name is taken in RESULTS_DIR: keep gives the later result the name with the next number; replace lets the later job take the name, and the earlier result is then fetched by its job.",
  ),
  maxFileBytes: v("MAX_FILE_BYTES", as.bytes, "10GB", "Largest file of an upload."),
  maxFiles: v("MAX_FILES", as.count, "100000", "Most files of one upload."),
  maxPartBytes: v(
    "MAX_PART_BYTES",
    as.bytes,
    "10GB",
    "Largest result of one file that the master accepts from a slave.",
  ),
  maxQueuedUnits: v(
    "MAX_QUEUED_UNITS",
    as.count,
    "1000000",
    "Most files that wait for slaves. Further uploads get 429.",
  ),
  maxQueuedBytes: v(
    "MAX_QUEUED_BYTES",
    as.bytes,
    "1TB",
    "Most bytes that wait for slaves. Further uploads get 429.",
  ),
  maxSlaves: v("MAX_SLAVES", as.count, "1000", "Most slaves that register."),
  maxCrashes: v(
    "MAX_CRASHES",
    as.count,
    "2",
    "Crashes of child processes after which a file fails with `poison`; on two slaves where two can do it.",
  ),
  maxLosses: v(
    "MAX_LOSSES",
    as.count,
    "3",
    "Losses of slaves after which the file that they worked on fails with `poison`; two slaves where two can do it.",
  ),
  queueSeconds: v(
    "QUEUE_SECONDS",
    as.seconds.optional(),
    undefined,
    "Longest wait of a file for a slave (budget `waiting`).",
    "604800",
  ),
  jobSeconds: v(
    "JOB_SECONDS",
    as.seconds.optional(),
    undefined,
    "Longest time from an upload to the end of its job (budget `total`).",
    "1209600",
  ),
  minFreeBytes: v(
    "MIN_FREE_BYTES",
    as.bytes,
    "512MB",
    "Room that uploads leave free on the disks of DATA_DIR and RESULTS_DIR. An upload that needs it gets 507.",
  ),
  maxLocalSlaves: v(
    "MAX_LOCAL_SLAVES",
    as.count.optional(),
    undefined,
    "Most slaves that `POST /slaves` starts on the master's machine.",
    "4 per core",
  ),
  pollSeconds: v("POLL_SECONDS", as.seconds, "2", "Time between two polls of a slave."),
  missedPolls: v(
    "MISSED_POLLS",
    as.count,
    "3",
    "Missed polls after which a slave is lost: a silent one after this number times POLL_SECONDS (at least 2).",
  ),
  pendingSeconds: v(
    "PENDING_SECONDS",
    as.seconds,
    "60",
    "Time since its last registration after which the master forgets a slave that never answered.",
  ),
  forgetSeconds: v(
    "FORGET_SECONDS",
    as.seconds,
    "600",
    "Time for which the master still polls a lost slave, and lists one that was stopped. Then it forgets the slave.",
  ),
  silenceSeconds: v(
    "SLAVE_SILENCE_SECONDS",
    as.seconds.min(
      BEAT_SECONDS + 1,
      `at least ${BEAT_SECONDS + 1} seconds are needed: slaves say that they are there every ${BEAT_SECONDS}`,
    ),
    "15",
    "Silence of a slave during its work after which its files go to other slaves.",
  ),
  noSlavesSeconds: v(
    "NO_SLAVES_SECONDS",
    as.seconds,
    "30",
    "A request that already waits ends with 503 after this time without a slave that answers. A new one is refused at once when there is none.",
  ),
  stragglerRule: v(
    "STRAGGLER_RULE",
    as.oneOf(["median", "mean", "off"] as const),
    "median",
    "When to start a slow file a second time on an idle slot: after STRAGGLER_FACTOR times the median (or mean) time of files of its size. `off`: never.",
  ),
  stragglerFactor: v(
    "STRAGGLER_FACTOR",
    as.positive.optional(),
    undefined,
    "Factor of STRAGGLER_RULE.",
    "1.5 for median, 1.2 for mean",
  ),
  stragglerSeconds: v(
    "STRAGGLER_SECONDS",
    as.seconds,
    "30",
    "The same for jobs of fewer than 10 files: time after which a file counts as slow.",
  ),
  classicSlaves: v(
    "CLASSIC_SLAVES",
    as.list,
    "",
    "Addresses, separated by commas, of classic slaves. They register without a token.",
    "none",
  ),
  ...DATABASE_VARIABLES,
  ...STORE_VARIABLES,
  ...KEEP_VARIABLES,
  ...WEBHOOK_VARIABLES,
  ...CLIENT_VARIABLES,
  ...MEMBER_VARIABLES,
  ...LISTENING_VARIABLES,
  tlsCa: CA_VARIABLE,
  ...ACCESS_VARIABLES,
};

type MasterValues = Values<typeof MASTER_VARIABLES>;
export interface MasterConfig extends MasterValues {
  readonly access: Access;
  readonly tls: Tls | undefined;
  /** Certificates (PEM) of the authorities that slaves with HTTPS are checked against. */
  readonly ca: Buffer | undefined;
  /** Keys that sign webhooks; empty: there are no webhooks. */
  readonly webhookKeys: readonly Buffer[];
  /** Undefined: the store is a folder in `dataDir`. */
  readonly store: Pick<S3Connection, "place" | "keys" | "isLinked" | "isNamed"> | undefined;
}

/** @throws ConfigError that names every variable that cannot be used */
export function readMasterConfig(env: NodeJS.ProcessEnv = process.env): MasterConfig {
  const values = readVariables(MASTER_VARIABLES, env);
  const access = readAccess(values);
  refuseOpenDoor({
    host: values.host,
    hostVariable: "MASTER_HOST",
    protectedBy: ["FLEET_TOKEN", "CLIENT_TOKEN"],
    isProtected: access.fleetToken !== undefined && access.clientTokens.length > 0,
    allowAnonymous: values.allowAnonymous,
  });
  if (values.jobs === "own") requireNames(access);
  requireKnown("CLIENT_WEIGHTS", values.clientWeights.keys(), access);
  const { webhookSecret = secretIn("WEBHOOK_SECRET_FILE", values.webhookSecretFile) } = values;
  const keys = webhookKeys(webhookSecret);
  const store = readStore(values);
  return { ...values, access, tls: readTls(values), ca: readCa(values.tlsCa), webhookKeys: keys, store };
}

/** What `manyhands migrate` needs. @throws ConfigError */
export function readDatabases(env: NodeJS.ProcessEnv = process.env): Values<typeof DATABASE_VARIABLES> {
  return readVariables(DATABASE_VARIABLES, env);
}

/** Environment of a slave that the master starts on its own machine: the address of its master, and no client's secret. */
export function localSlaveEnvironment(
  { access, host }: Pick<MasterConfig, "access" | "host">,
  masterUrl: string,
  set: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const everywhere = host === "0.0.0.0" || host === "::";
  const own = {
    MASTER_URL: masterUrl,
    SLAVE_HOST: everywhere ? "127.0.0.1" : host,
    SLAVE_PORT: "0",
    SLAVE_IP: "",
    FLEET_TOKEN: access.fleetToken ?? "",
  };
  // An empty variable counts as not set, and keeps `.env` from setting it.
  const none = Object.fromEntries(NOT_FOR_SLAVES.map((name) => [name, ""]));
  return { ...process.env, ...none, ...own, ...set };
}

// biome-ignore lint/complexity/useMaxParams: one line of a table, always in this order.
function v<T>(
  name: string,
  schema: import("zod").ZodType<T>,
  fallback: string | undefined,
  meaning: string,
  unset?: string,
) {
  return { name, schema, fallback, meaning, unset };
}

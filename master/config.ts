import { ACCESS_VARIABLES, type Access, readAccess, refuseOpenDoor, requireNames } from "../shared/access.ts";
import { BEAT_SECONDS } from "../shared/contract/fleet.ts";
import { as, readVariables, type Values } from "../shared/env.ts";
import { CA_VARIABLE, LISTENING_VARIABLES, readCa, readTls, type Tls } from "../shared/listening.ts";
import { MEMBER_VARIABLES } from "../shared/memberConfig.ts";

/** Every variable that the master reads. `.env.example` and docs/configuration.md list the same. */
export const MASTER_VARIABLES = {
  host: v(
    "MASTER_HOST",
    as.text,
    "127.0.0.1",
    "Address that the master listens on. Beyond this machine a token is needed.",
  ),
  port: v("MASTER_PORT", as.port, "5000", "Port of the master; 0 takes a free one."),
  resultsDir: v("RESULTS_DIR", as.text, "processed_results", "Folder that results are saved in, by task."),
  onExisting: v(
    "ON_EXISTING",
    as.oneOf(["keep", "replace"] as const),
    "keep",
    "When a result's name is taken in RESULTS_DIR: keep gives the later result a name with its job's id; replace lets the later job take the name, and the earlier result is then fetched by its job.",
  ),
  maxFileBytes: v("MAX_FILE_BYTES", as.bytes, "10GB", "Largest file that is accepted."),
  maxFiles: v("MAX_FILES", as.count, "100000", "Most files in one request."),
  maxPartBytes: v(
    "MAX_PART_BYTES",
    as.bytes,
    "10GB",
    "Largest result of one unit that is accepted from a slave.",
  ),
  maxQueuedUnits: v(
    "MAX_QUEUED_UNITS",
    as.count,
    "1000000",
    "Files that may wait; beyond it uploads get 429.",
  ),
  maxQueuedBytes: v("MAX_QUEUED_BYTES", as.bytes, "1TB", "Bytes that may wait; beyond it uploads get 429."),
  maxSlaves: v("MAX_SLAVES", as.count, "1000", "Most slaves that may register."),
  maxCrashes: v(
    "MAX_CRASHES",
    as.count,
    "2",
    "Child processes that a file may end before it is set aside; at two slaves where two can do it.",
  ),
  maxLosses: v(
    "MAX_LOSSES",
    as.count,
    "3",
    "Tries at a file during which slaves may be lost before it is set aside; at two slaves where two can do it.",
  ),
  queueSeconds: v(
    "QUEUE_SECONDS",
    as.seconds.optional(),
    undefined,
    "Longest time that a file waits for a slave (budget `waiting`); without it 604800.",
  ),
  jobSeconds: v(
    "JOB_SECONDS",
    as.seconds.optional(),
    undefined,
    "Longest time from an upload to the end of its job (budget `total`); without it 1209600.",
  ),
  keepJobsSeconds: v(
    "KEEP_JOBS_SECONDS",
    as.seconds,
    "604800",
    "How long a job is kept after its end, with its inputs and what it has in the spool; then it is forgotten.",
  ),
  keepBytes: v(
    "KEEP_BYTES",
    as.bytes,
    "50GB",
    "Most bytes that jobs which are over keep in the spool; the oldest are forgotten first.",
  ),
  keepResultsSeconds: v(
    "KEEP_RESULTS_SECONDS",
    as.seconds.optional(),
    undefined,
    "When set, a job is forgotten after this time (or KEEP_JOBS_SECONDS) together with its files in RESULTS_DIR; without it those files stay.",
  ),
  minFreeBytes: v(
    "MIN_FREE_BYTES",
    as.bytes,
    "512MB",
    "Room that uploads leave free on the disks of DATA_DIR and RESULTS_DIR; beyond it they get 507.",
  ),
  maxLocalSlaves: v(
    "MAX_LOCAL_SLAVES",
    as.count.optional(),
    undefined,
    "Most slaves that `POST /slaves` starts on the master's machine; without it four per core.",
  ),
  pollSeconds: v("POLL_SECONDS", as.seconds, "2", "Seconds between polls of a slave."),
  missedPolls: v(
    "MISSED_POLLS",
    as.count,
    "3",
    "Polls that a slave may miss before it counts as lost: a silent one after POLL_SECONDS (2 at least) times this number.",
  ),
  pendingSeconds: v(
    "PENDING_SECONDS",
    as.seconds,
    "60",
    "A slave that never answered is forgotten when it has not registered for so long.",
  ),
  forgetSeconds: v(
    "FORGET_SECONDS",
    as.seconds,
    "600",
    "Time for which a lost slave is still asked, and one that was stopped still listed.",
  ),
  silenceSeconds: v(
    "SLAVE_SILENCE_SECONDS",
    as.seconds.min(
      BEAT_SECONDS + 1,
      `at least ${BEAT_SECONDS + 1} seconds are needed: slaves say that they are there every ${BEAT_SECONDS}`,
    ),
    "15",
    "A slave that sends nothing for so long during a lease is given up.",
  ),
  noSlavesSeconds: v(
    "NO_SLAVES_SECONDS",
    as.seconds,
    "30",
    "A request that waits ends with 503 after this time without a slave that answers the master. A new one is refused at once when there is none.",
  ),
  stragglerRule: v(
    "STRAGGLER_RULE",
    as.oneOf(["median", "mean", "off"] as const),
    "median",
    "When idle slots take a second copy of a late unit: it took longer than the factor times the median (or mean) for its size.",
  ),
  stragglerFactor: v(
    "STRAGGLER_FACTOR",
    as.positive.optional(),
    undefined,
    "Factor of STRAGGLER_RULE; without it 1.5 for median, 1.2 for mean.",
  ),
  stragglerSeconds: v(
    "STRAGGLER_SECONDS",
    as.seconds,
    "30",
    "In jobs of fewer than 10 units: seconds after which a unit is late.",
  ),
  idempotencySeconds: v(
    "IDEMPOTENCY_SECONDS",
    as.seconds,
    "86400",
    "How long an Idempotency-Key stands for its job.",
  ),
  jobs: v(
    "JOBS",
    as.oneOf(["all", "own"] as const),
    "all",
    "own: a client sees the jobs and results of its own token only; CLIENT_TOKEN must then give each token a name.",
  ),
  classicSlaves: v(
    "CLASSIC_SLAVES",
    as.list,
    "",
    "Addresses that may register without a token (classic slaves), separated by commas.",
  ),
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
  return { ...values, access, tls: readTls(values), ca: readCa(values.tlsCa) };
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

const NOT_FOR_SLAVES = [
  "MANYHANDS_TOKEN",
  "MANYHANDS_TOKEN_FILE",
  "FLEET_TOKEN_FILE",
  "CLIENT_TOKEN",
  "CLIENT_TOKEN_FILE",
];

// biome-ignore lint/complexity/useMaxParams: one line of a table, always in this order.
function v<T>(name: string, schema: import("zod").ZodType<T>, fallback: string | undefined, meaning: string) {
  return { name, schema, fallback, meaning };
}

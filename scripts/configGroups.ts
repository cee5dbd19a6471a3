/** Headings of docs/configuration.md with their variables, in the order of the page. */
export interface ConfigGroup {
  readonly title: string;
  readonly intro?: string;
  readonly names: readonly string[];
}

export const CONFIG_GROUPS: readonly ConfigGroup[] = [
  {
    title: "The five that matter first",
    intro: "A fleet on several machines needs these and nothing else.",
    names: ["MANYHANDS_TOKEN", "MASTER_HOST", "MASTER_URL", "SLAVE_HOST", "SLAVE_SLOTS"],
  },
  {
    title: "Network",
    names: [
      "MASTER_PORT",
      "SLAVE_PORT",
      "SLAVE_IP",
      "SLAVE_CONNECT",
      "SLAVE_NAME",
      "ALLOWED_HOSTS",
      "TRUST_PROXY",
      "CLASSIC_SLAVES",
      "CLASSIC_MASTERS",
    ],
  },
  {
    title: "Security",
    intro: "[security.md](security.md) explains tokens and HTTPS.",
    names: [
      "FLEET_TOKEN",
      "CLIENT_TOKEN",
      "MANYHANDS_TOKEN_FILE",
      "FLEET_TOKEN_FILE",
      "CLIENT_TOKEN_FILE",
      "ALLOW_ANONYMOUS",
      "ALLOW_FUNCTIONS",
      "JOBS",
      "CLIENT_WEIGHTS",
      "WEBHOOK_SECRET",
      "WEBHOOK_SECRET_FILE",
      "TLS_CERT",
      "TLS_KEY",
      "TLS_CA",
    ],
  },
  {
    title: "Folders, log and stopping",
    names: [
      "DATA_DIR",
      "DATABASE_URL",
      "QUEUE_URL",
      "ENGINE_WAIT_SECONDS",
      "RESULTS_DIR",
      "ON_EXISTING",
      "RESULT_CACHE",
      "LOG_LEVEL",
      "LOG_FORMAT",
      "DRAIN_SECONDS",
    ],
  },
  {
    title: "Store in a bucket",
    intro: "[deployment.md](deployment.md#files-in-a-bucket-s3) explains the bucket.",
    names: [
      "STORE_URL",
      "STORE_ACCESS_KEY",
      "STORE_SECRET_KEY",
      "STORE_SECRET_KEY_FILE",
      "RESULTS_IN_BUCKET",
      "RESULTS_REDIRECT",
    ],
  },
  {
    title: "Limits",
    intro: "[operations.md](operations.md#time-budgets) explains the time budgets.",
    names: [
      "MAX_FILE_BYTES",
      "MAX_FILES",
      "MAX_PART_BYTES",
      "MAX_QUEUED_UNITS",
      "MAX_QUEUED_BYTES",
      "MAX_SLAVES",
      "MAX_LOCAL_SLAVES",
      "MAX_CRASHES",
      "MAX_LOSSES",
      "MIN_FREE_BYTES",
      "QUEUE_SECONDS",
      "JOB_SECONDS",
      "UNIT_RUN_SECONDS",
      "UNIT_SILENCE_SECONDS",
      "NO_SLAVES_SECONDS",
      "HEAD_SECONDS",
      "UPLOAD_IDLE_SECONDS",
      "UPLOAD_SECONDS",
      "ANSWER_IDLE_SECONDS",
      "CHILD_MEMORY",
      "SLAVE_MAX_UNITS",
      "SLAVE_MAX_BYTES",
      "SLAVE_CACHE_BYTES",
      "SLAVE_STORE_URL",
      "SLAVE_TASKS",
    ],
  },
  {
    title: "Retention",
    intro: "[operations.md](operations.md#what-is-kept-and-for-how-long) says what is removed when.",
    names: [
      "KEEP_JOBS_SECONDS",
      "KEEP_BYTES",
      "KEEP_UPLOADS_SECONDS",
      "KEEP_TIMELINE_BYTES",
      "KEEP_RESULTS_SECONDS",
      "IDEMPOTENCY_SECONDS",
    ],
  },
  {
    title: "Tuning",
    intro: "The defaults fit most fleets.",
    names: [
      "POLL_SECONDS",
      "MISSED_POLLS",
      "PENDING_SECONDS",
      "FORGET_SECONDS",
      "SLAVE_SILENCE_SECONDS",
      "STRAGGLER_RULE",
      "STRAGGLER_FACTOR",
      "STRAGGLER_SECONDS",
      "CHILD_MAX_UNITS",
      "SMALL_FILE",
      "HANDOVER",
    ],
  },
];

/**
 * The groups with the declared things of their variables.
 * @throws Error that names variables without a group, and names that no process declares
 */
export function grouped<T>(
  declared: ReadonlyMap<string, T>,
): { readonly group: ConfigGroup; readonly members: readonly T[] }[] {
  const named = new Set(CONFIG_GROUPS.flatMap(({ names }) => names));
  const wrong = [...declared.keys(), ...named].filter((name) => !named.has(name) || !declared.has(name));
  if (wrong.length > 0)
    throw new Error(
      `${wrong.join(", ")}: a group of scripts/configGroups.ts must name each variable, and no other.`,
    );
  return CONFIG_GROUPS.map((group) => ({
    group,
    members: group.names.flatMap((name) => declared.get(name) ?? []),
  }));
}

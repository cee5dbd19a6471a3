import { availableParallelism, hostname } from "node:os";
import type { z } from "zod";
import { ACCESS_VARIABLES, readAccess, refuseOpenDoor } from "../shared/access.ts";
import { as, readVariables, type Values, type Variable } from "../shared/env.ts";
import { ConfigError } from "../shared/errors.ts";
import { masterUrls } from "../shared/http/masterUrl.ts";
import { CA_VARIABLE, LISTENING_VARIABLES, readCa, readTls, type Tls } from "../shared/listening.ts";
import { MEMBER_VARIABLES } from "../shared/memberConfig.ts";

/** Every variable that a slave reads. `.env.example` and docs/configuration.md list the same. */
export const SLAVE_VARIABLES = {
  masterUrls: v(
    "MASTER_URL",
    masterUrls,
    "http://127.0.0.1:5000",
    "Address of the master: `host:port`, `http://host:port` or `https://host:port`. Slaves try several, separated by commas, in turn; the command line takes the first.",
  ),
  host: v(
    "SLAVE_HOST",
    as.text,
    "127.0.0.1",
    "Address that a slave listens on. `0.0.0.0`: the whole network; it needs a token.",
  ),
  announced: v(
    "SLAVE_IP",
    as.optionalText,
    undefined,
    "Address or name by which the master reaches this slave.",
    "the address that the slave listens on, or reaches the master from",
  ),
  port: v("SLAVE_PORT", as.port, "3000", "Port of a slave. 0: a free one."),
  connect: v(
    "SLAVE_CONNECT",
    as.oneOf(["direct", "out"]),
    "direct",
    "`direct`: the master connects to the slave. `out`: the slave opens one connection to its master and holds it, and listens on no port; for machines that a master cannot reach.",
  ),
  name: v("SLAVE_NAME", as.optionalText, undefined, "Name of a slave in lists and logs.", "the host's name"),
  slots: v(
    "SLAVE_SLOTS",
    as.count.max(1024).optional(),
    undefined,
    "Files that a slave works on at the same time. Each takes up to CHILD_MEMORY.",
    "one per core",
  ),
  tasks: v("SLAVE_TASKS", as.list, "", "Tasks that a slave does, separated by commas.", "all"),
  allowFunctions: v(
    "ALLOW_FUNCTIONS",
    as.oneOf(["off", "sandbox", "trusted"]),
    "off",
    "Functions of clients (task `function`) that a slave runs. `sandbox`: in QuickJS, which reaches nothing of the machine. `trusted`: also in Node, for code that you wrote. Needs a token.",
  ),
  classicMasters: v(
    "CLASSIC_MASTERS",
    as.list,
    "",
    "Addresses, separated by commas, of classic masters. They use a slave without a token.",
    "none",
  ),
  childMemory: v(
    "CHILD_MEMORY",
    as.bytes,
    "400MB",
    "Most memory of a child process. A file that needs more fails with `out_of_memory`.",
  ),
  childMaxUnits: v(
    "CHILD_MAX_UNITS",
    as.positive.int(),
    "50000",
    "Files after which a new child process replaces an old one.",
  ),
  maxUnits: v(
    "SLAVE_MAX_UNITS",
    as.count,
    "2000",
    "Most files that wait at a slave. It answers 429 to more.",
  ),
  maxBytes: v("SLAVE_MAX_BYTES", as.bytes, "4GB", "Most bytes that wait at a slave. It answers 429 to more."),
  inputCacheBytes: v(
    "SLAVE_CACHE_BYTES",
    as.bytes,
    "1GB",
    "Most bytes of inputs that a slave keeps for later leases, beside SLAVE_MAX_BYTES: tables of `train`, models of `predict`. A slave on the machine of its master gets links instead. 0: none.",
  ),
  storeUrl: v(
    "SLAVE_STORE_URL",
    as.url.optional(),
    undefined,
    "Address of the bucket's server, as in `endpoint=` of the master's STORE_URL: inputs of more than 256 KB are fetched from there, and from no other server, with addresses that the master signs, so that their bytes do not pass the master. The slave needs no keys of the bucket.",
    "inputs are sent",
  ),
  smallFile: v(
    "SMALL_FILE",
    as.bytes,
    "64KB",
    "Largest file that stays in a slave's memory. Larger ones go through its folder.",
  ),
  handover: v(
    "HANDOVER",
    as.flag,
    "true",
    "`true`: a master and a slave of the same user on one machine hand files over by links. `false`: they always send them.",
  ),
  ...MEMBER_VARIABLES,
  ...LISTENING_VARIABLES,
  tlsCa: CA_VARIABLE,
  ...ACCESS_VARIABLES,
};

export type SlaveValues = Values<typeof SLAVE_VARIABLES>;
export interface SlaveConfig extends Omit<SlaveValues, keyof typeof ACCESS_VARIABLES> {
  readonly name: string;
  readonly slots: number;
  /** Secret that master and slave show each other; undefined: none is in force. */
  readonly token: string | undefined;
  readonly tls: Tls | undefined;
  /** Authority that vouches for masters. */
  readonly ca: Buffer | undefined;
}

/** @throws ConfigError that names every variable that cannot be used */
export function readSlaveConfig(env: NodeJS.ProcessEnv = process.env): SlaveConfig {
  const values = readVariables(SLAVE_VARIABLES, env);
  const { fleetToken: token } = readAccess(values);
  refuseOpenDoor({
    // A slave that connects out listens nowhere.
    host: values.connect === "out" ? "127.0.0.1" : values.host,
    hostVariable: "SLAVE_HOST",
    protectedBy: ["FLEET_TOKEN"],
    isProtected: token !== undefined,
    allowAnonymous: values.allowAnonymous,
  });
  if (values.allowFunctions !== "off" && token === undefined)
    throw new ConfigError(
      `ALLOW_FUNCTIONS=${values.allowFunctions} lets a master run code here, and no token is set. Set FLEET_TOKEN (or MANYHANDS_TOKEN).`,
    );
  return {
    ...values,
    name: (values.name ?? hostname()).slice(0, 100),
    slots: values.slots || availableParallelism(),
    token,
    tls: readTls(values),
    ca: readCa(values.tlsCa),
  };
}

// biome-ignore lint/complexity/useMaxParams: one line of a table, always in this order.
function v<T>(
  name: string,
  schema: z.ZodType<T>,
  fallback: string | undefined,
  meaning: string,
  unset?: string,
): Variable<T> {
  return { name, schema, fallback, meaning, unset };
}

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ACCESS_VARIABLES, readAccess } from "../shared/access.ts";
import { as, loadEnvFile, readVariables } from "../shared/env.ts";
import { masterUrls } from "../shared/http/masterUrl.ts";
import { CA_VARIABLE, readCa } from "../shared/listening.ts";
import type { LogFormat, LogLevel } from "../shared/logger.ts";
import { MEMBER_VARIABLES } from "../shared/memberConfig.ts";

/** Every variable that the CLI itself reads; the processes of `start` and `demo` get the whole environment. */
export const CLI_VARIABLES = {
  masterUrls: {
    name: "MASTER_URL",
    schema: masterUrls,
    fallback: "http://127.0.0.1:5000",
    meaning:
      "Address of the master: `host:port`, `http://host:port` or `https://host:port`. Slaves try several, separated by commas, in turn; the command line takes the first.",
  },
  masterPort: {
    name: "MASTER_PORT",
    schema: as.port,
    fallback: "5000",
    meaning:
      "Port of the master. 0: a free one. The command line looks for a master there when MASTER_URL is not set.",
  },
  slavePort: {
    name: "SLAVE_PORT",
    schema: as.port,
    fallback: "3000",
    meaning: "Port of a slave. 0: a free one.",
  },
  resultsDir: {
    name: "RESULTS_DIR",
    schema: as.text,
    fallback: "processed_results",
    meaning: "Folder for results; each task has its own below it.",
  },
  logFormat: MEMBER_VARIABLES.logFormat,
  logLevel: MEMBER_VARIABLES.logLevel,
  tlsCa: CA_VARIABLE,
  ...ACCESS_VARIABLES,
} as const;

export interface CliConfig {
  readonly masterUrl: string;
  /** Whether the environment says which master; else a profile may. */
  readonly isMasterSet: boolean;
  /** Where the profiles of this user are kept. */
  readonly profilesFile: string;
  /** Where this program keeps what it did for this user. */
  readonly stateFolder: string;
  readonly token: string | undefined;
  /** Certificates (PEM) of authorities trusted for a master that listens by HTTPS. */
  readonly ca: Buffer | undefined;
  /** Port of the slave that `start` runs. */
  readonly slavePort: number;
  /** How `start` shows the logs of its master and slave. */
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  /** Folder of results that `demo` names. */
  readonly resultsDir: string;
}

/** @throws ConfigError that names every variable that cannot be used */
export function readCliConfig(env: NodeJS.ProcessEnv = process.env): CliConfig {
  const { masterUrls, masterPort, slavePort, resultsDir, logFormat, logLevel, tlsCa, ...access } =
    readVariables(CLI_VARIABLES, env);
  const isSet = Boolean(env.MASTER_URL?.trim());
  const here = masterPort === 0 ? CLI_VARIABLES.masterUrls.fallback : `http://127.0.0.1:${masterPort}`;
  return {
    masterUrl: (isSet ? masterUrls[0] : undefined) ?? here,
    isMasterSet: isSet || Boolean(env.MASTER_PORT?.trim()),
    profilesFile: join(homeOf(env.XDG_CONFIG_HOME, ".config"), "manyhands", "profiles.json"),
    stateFolder: join(homeOf(env.XDG_STATE_HOME, ".local/state"), "manyhands"),
    token: readAccess(access).clientTokens[0]?.token,
    ca: readCa(tlsCa),
    slavePort,
    logFormat,
    logLevel,
    resultsDir,
  };
}

/** A folder of this user, as the XDG Base Directory Specification has it. */
function homeOf(given: string | undefined, usual: string): string {
  return given !== undefined && isAbsolute(given) ? given : join(homedir(), usual);
}

/** Reads `.env` into the environment. @returns the names that the file has set */
export function loadEnvironment(): ReadonlySet<string> {
  const before = new Set(Object.keys(process.env));
  return new Set(loadEnvFile().filter((name) => !before.has(name)));
}

/** The environment of this process, with the variables of `.env`. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}

/** Environment of a process that the CLI starts: that of the CLI, with these variables set. */
export function childEnvironment(set: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...set };
}

import { ACCESS_VARIABLES, readAccess } from "../shared/access.ts";
import { as, readVariables } from "../shared/env.ts";
import { CA_VARIABLE, readCa } from "../shared/listening.ts";

/** Every variable that the CLI reads itself; `start` and `demo` hand the environment on to their processes. */
export const CLI_VARIABLES = {
  masterUrls: {
    name: "MASTER_URL",
    schema: as.list,
    fallback: "http://127.0.0.1:5000",
    meaning: "Where the master is; of several, separated by commas, the CLI uses the first.",
  },
  slavePort: {
    name: "SLAVE_PORT",
    schema: as.port,
    fallback: "3000",
    meaning: "Port of a slave; 0 takes a free one.",
  },
  resultsDir: {
    name: "RESULTS_DIR",
    schema: as.text,
    fallback: "processed_results",
    meaning: "Folder that results are saved in, by task.",
  },
  tlsCa: CA_VARIABLE,
  ...ACCESS_VARIABLES,
} as const;

export interface CliConfig {
  readonly masterUrl: string;
  readonly token: string | undefined;
  /** Who may vouch for a master that listens by HTTPS. */
  readonly ca: Buffer | undefined;
  /** For the local slave of `start`. */
  readonly slavePort: number;
  /** For the words of `demo`. */
  readonly resultsDir: string;
}

/** @throws ConfigError that names every variable that cannot be used */
export function readCliConfig(env: NodeJS.ProcessEnv = process.env): CliConfig {
  const { masterUrls, slavePort, resultsDir, tlsCa, ...access } = readVariables(CLI_VARIABLES, env);
  return {
    masterUrl: masterUrls[0] ?? CLI_VARIABLES.masterUrls.fallback,
    token: readAccess(access).clientTokens[0]?.token,
    ca: readCa(tlsCa),
    slavePort,
    resultsDir,
  };
}

/** The environment of a process that the CLI starts: its own, with these variables set. */
export function childEnvironment(set: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...set };
}

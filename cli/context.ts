import type { CliConfig } from "./config.ts";
import type { Terminal } from "./output/terminal.ts";

/** Dependencies of every command. */
export interface CliContext {
  /** Read when it is first asked for. @throws ConfigError that names every variable that cannot be used */
  readonly config: CliConfig;
  /** Names of the variables that the file `.env` has set. */
  readonly envFile: ReadonlySet<string>;
  readonly terminal: Terminal;
  /** Aborted with an `Interrupted` by SIGINT, SIGTERM and SIGHUP. */
  readonly interrupt: AbortSignal;
}

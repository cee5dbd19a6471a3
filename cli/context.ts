import type { CliConfig } from "./config.ts";
import type { Terminal } from "./output/terminal.ts";

/** Dependencies of every command. */
export interface CliContext {
  readonly config: CliConfig;
  readonly terminal: Terminal;
  /** Aborted with an `Interrupted` by SIGINT, SIGTERM and SIGHUP. */
  readonly interrupt: AbortSignal;
}

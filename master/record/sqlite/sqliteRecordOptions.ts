import type { ChangeHub } from "../../hub.ts";

export interface SqliteRecordOptions {
  readonly file: string;
  /** Where changes are announced. */
  readonly hub?: ChangeHub;
  /**
   * Runs `apply`, again where that may help: an event of an accepted job waits for disk space instead of failing.
   * `create` is not retried: the client of a new job hears that there is no space.
   */
  readonly retry?: <T>(work: () => Promise<T>) => Promise<T>;
}

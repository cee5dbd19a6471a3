import type { AppError } from "../../../shared/errors.ts";
import type { ChangeHub } from "../../hub.ts";
import type { DatabaseAddress } from "./connect.ts";

export interface PostgresRecordOptions extends DatabaseAddress {
  /** Where changes are announced, those of other masters included. */
  readonly hub?: ChangeHub;
  /**
   * Runs a change of an accepted job, or the reading of all its files or parts for its run, again where that may help.
   * `create` is not retried.
   */
  readonly retry?: <T>(work: () => Promise<T>) => Promise<T>;
  /**
   * `one`: no other master may have the database open at the same time. A member works beside others, and each runs the jobs
   * that it owns. `many` unless said: as a tool or a test, which asks for no lock and owns nothing.
   */
  readonly masters?: "one" | "many" | SharingMaster;
  /** Called with a sentence about each setting of the server by which accepted jobs may be lost. */
  readonly warn?: (risk: string) => void;
  /** Called when the database is lost, and without an error when it is back. */
  readonly onOutage?: (outage: AppError | undefined) => void;
}

/** A master among those that share the record. */
export interface SharingMaster {
  /** A word for its data folder. */
  readonly place: string;
  /** The store of bytes, which all members share. */
  readonly store: string;
}

/** With what the opener found. */
export interface PostgresRecordDeps extends PostgresRecordOptions {
  /** Application name of this record's connections. */
  readonly name: string;
}

import type { Part } from "../../shared/tasks/task.ts";

/** A stored part, with the digest of all that it depends on (step, version, options, args, input contents). */
export interface PartRecord {
  readonly map: string;
  readonly digest: string;
  readonly part: Part;
  /** When it was recorded, ms since 1970; undefined in records of older versions. */
  readonly at?: number;
}

/** The work behind a part. */
export interface UnitWork {
  /** Name of the slave. */
  readonly slave: string;
  /** Seconds in a slave's child. */
  readonly seconds: number;
  /** This try and those before it. */
  readonly attempts: number;
}

/** Work on a file, all its units together. Of a part from before a restart neither slave nor start is known. */
export interface SpentWork {
  readonly attempts: number;
  /** Seconds in slaves' children. */
  readonly seconds: number;
  readonly slave: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number | undefined;
}

/** Receives the parts of one map; must not throw. */
export interface PartWatcher {
  /** May be called again for the same part. The work is known while the part is new. */
  stored(record: PartRecord, work: UnitWork | undefined): void;
  /** A part that `stored` told of could not be recorded. */
  failed(error: unknown): void;
}

import type { CancelReason, JobRecord } from "./job.ts";

/** What a master tells the others of itself. */
export interface MasterState {
  /** Where clients and slaves reach it. */
  readonly url: string;
  readonly version: string;
  /** JSON, for the views of the others. */
  readonly state: string;
}

export interface LivingMaster extends MasterState {
  readonly id: string;
  /** Milliseconds since 1970, by the clock of the database. */
  readonly startedAt: number;
}

export interface CancelWish {
  readonly job: string;
  readonly reason: CancelReason;
}

/** News that a master has to act on, whether anything here watches their jobs or not. */
export interface MasterNews {
  /**
   * `ended`: its units are needed no longer. `moved`: another master runs it now. `wished`: a master asks its owner for
   * something. `left`: jobs of a master that stopped are free. Others: see `AskedMasters`.
   */
  readonly type: "ended" | "moved" | "wished" | "left" | AskedMasters["type"];
  /** Id of the job; of what `AskedMasters` names. */
  readonly job: string;
}

/**
 * What a master asks of the one whom it concerns. `resumed`: a request here goes on with this upload, so that one which
 * brings bytes of it there has to end. `drain`: this slave shall get no more units.
 */
export interface AskedMasters {
  readonly type: "resumed" | "drain";
  readonly id: string;
}

/**
 * The masters that share a record. Each unfinished job is run by one of them, its owner, whose events alone the record
 * takes (`job_moved`); parts may come from any of them. A master that was not heard of for `SILENT_SECONDS` counts as gone.
 */
export interface RecordedMasters {
  /** Id of this master, another one after each start. */
  readonly id: string;
  /** Says that this master lives. Resolves with what other masters ask of it. */
  beat(state: MasterState): Promise<readonly CancelWish[]>;
  /** Masters that live, the one that started first comes first. */
  living(): Promise<readonly LivingMaster[]>;
  /**
   * Makes this master the owner of unfinished jobs whose master is gone. `surely`: only where that is certain at once, as
   * after a restart with the same folder; for the rest this master must have been in contact for a while itself.
   */
  claim(how: "surely" | "silent", limit: number): Promise<readonly JobRecord[]>;
  /** Those of the jobs that are not this master's any more. */
  lost(jobs: readonly string[]): Promise<readonly string[]>;
  /**
   * Unfinished jobs of this master that are none of these: it got them in a transaction whose answer was lost with its
   * connection, or their end could not be recorded.
   */
  unknown(running: readonly string[]): Promise<readonly JobRecord[]>;
  /** Asks the owner of a job, now or later, to cancel it. */
  wishCancelled(wish: CancelWish): Promise<void>;
  /** Asks all other masters, once: one that is away does not hear it. */
  ask(asked: AskedMasters): Promise<void>;
  /** Completes changes of many files that a master which is gone left half done. */
  completeLeft(): Promise<void>;
  /** Frees the jobs of this master, which stops. */
  leave(): Promise<void>;
  /** Calls the listener for each news. Returns a function that ends the calls. */
  onNews(listener: (news: MasterNews) => void): () => void;
  /** Whether a job that has ended or not was last run by this master, or by one with its folder. */
  isOfThisPlace(job: JobRecord): boolean;
}

/** Silence after which a master counts as gone. */
export const SILENT_SECONDS = 5;

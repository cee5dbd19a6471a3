import type { FileRecord } from "./job.ts";

/**
 * Results of files that are done, by what they were made of. `recordedResults.contract.ts` tests the laws for every
 * driver: of several results the one is found that the newest job's slaves made (a copy is as old as what it was
 * copied from), and none of a job that was removed.
 */
export interface RecordedResults {
  /** For each wish the result that has its digest and key, in the order of the wishes. */
  find(wishes: readonly ResultWish[]): Promise<readonly (RecordedResult | undefined)[]>;
  /**
   * Results with a key of files with these bytes, of any options and version of the steps, newest job first, among the
   * newest `MOST_SEEN` of them.
   */
  ofInput(filter: InputFilter): Promise<ResultsOfInput>;
}

export interface ResultWish {
  /** Digest of the input. */
  readonly sha256: string;
  readonly reuseKey: string;
}

export interface InputFilter extends Pick<ResultWish, "sha256"> {
  readonly task?: string | undefined;
  readonly client?: string | undefined;
  readonly limit: number;
}

export interface RecordedResult {
  readonly job: string;
  readonly file: FileRecord;
}

/** Results of the same bytes that are looked at: the bytes of an empty file may have millions. */
export const MOST_SEEN = 10_000;

export interface ResultsOfInput {
  /** Number of those that match; one more than `MOST_SEEN` when all match and older ones are there. */
  readonly total: number;
  readonly results: readonly RecordedResult[];
}

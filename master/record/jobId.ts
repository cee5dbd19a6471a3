import { decodeTime, isValid, ulid } from "ulid";

/** The id of a new job, a ULID: ids sort by creation time. The id also names the group of the job's files in the store. */
export function newJobId(): string {
  return ulid();
}

/** Creation time of a job id, ms since 1970; undefined for a text that is no ULID. */
export function timeOfJobId(id: string): number | undefined {
  if (!isValid(id)) return undefined;
  try {
    return decodeTime(id);
  } catch {
    // Digits beyond the last time that a ULID can hold.
    return undefined;
  }
}

import { ulid } from "ulid";

/** A new job's id: sorts by the time of its making, and is the group of its files in the store. */
export function newJobId(): string {
  return ulid();
}

import type { KeptJobs } from "../port.ts";
import type { KeptTable } from "./keptTable.ts";
import type { LargeChanges } from "./largeChanges.ts";

/** The account of ended jobs as the port has it. `requireOpen` throws once the record is closed. */
export function keptJobs(
  kept: KeptTable,
  large: Pick<LargeChanges, "note">,
  requireOpen: () => void,
): KeptJobs {
  const read = async <T>(work: () => T): Promise<T> => {
    requireOpen();
    return work();
  };
  return {
    unnoted: (limit) => read(() => kept.unnoted(limit)),
    noted: (endedBefore, limit) => read(() => kept.noted(endedBefore, limit)),
    bytes: () => read(() => kept.bytes()),
    note: async (job, bytes) => {
      requireOpen();
      await large.note(job, bytes);
    },
  };
}

import { FileError } from "../../../errors.ts";
import type { Faults } from "../decoder.ts";
import type { OggTally } from "./packets.ts";

interface Sound {
  /** Number of other streams of the file. */
  readonly others: number;
  /** Whether any sample was decoded. */
  readonly isHeard: boolean;
}

/** Tells what is wrong with the pages of an Ogg file. @throws FileError `corrupt_file` where they left no sample */
export function tellOgg(tally: OggTally, { others, isHeard }: Sound, faults: Faults): void {
  const { damaged, strayBytes, isCut, lost, chained } = tally;
  if (!isHeard && damaged + lost + strayBytes > 0)
    throw new FileError(
      "corrupt_file",
      "The pages of the Ogg file are damaged: none of its samples is left.",
    );
  if (isCut) {
    faults.truncated = true;
    faults.warnings.push("The file was cut short: the last page of its recording is missing.");
  }
  if (damaged > 0) faults.warnings.push(`Damaged pages that were left out: ${damaged}.`);
  if (lost > 0)
    faults.warnings.push(`Places where packets are missing: ${lost}; what follows is earlier than it was.`);
  if (strayBytes > 0) faults.warnings.push(`Bytes between the pages that were passed over: ${strayBytes}.`);
  if (chained > 0)
    faults.warnings.push(
      `The file has further recordings behind the first one, which were not measured: ${chained}.`,
    );
  if (others > 0)
    faults.warnings.push(
      `The file has further streams beside the recording, which were not read: ${others}.`,
    );
}

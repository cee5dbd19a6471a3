import type { UploadLimits } from "../../../shared/contract/about.ts";
import { bytes, count, counted } from "../ui/words.ts";
import type { Picked } from "./picked.ts";

/** Why the master would refuse files, and which of them can be left out so that it does not. */
export interface Refusal {
  readonly text: string;
  readonly files: readonly Picked[];
}

/** What the master would refuse after the upload is known before it. */
export function refusalOf(files: readonly Picked[], limits: UploadLimits | undefined): Refusal | undefined {
  if (limits === undefined) return undefined;
  const { max_files: most, max_file_bytes: largest, max_upload_bytes: room } = limits;
  const large = files.filter(({ file }) => file.size > largest);
  if (large.length > 0)
    return {
      text: `${counted(large.length, "file")} ${large.length === 1 ? "is" : "are"} larger than ${bytes(largest)}, the most that the master takes`,
      files: large,
    };
  if (files.length > most)
    return {
      text: `${counted(files.length, "file")} are more than the ${count(most)} that the master takes at a time`,
      files: files.slice(most),
    };
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  if (total <= room) return undefined;
  return {
    text: `The files have ${bytes(total)}, and the master's disk has room for ${bytes(room)}`,
    files: [],
  };
}

import { AppError } from "../../shared/errors.ts";
import type { LocalInput } from "../files/look.ts";
import { bytesInWords, counted } from "../output/words.ts";
import type { UploadLimits } from "../sdk/index.ts";

/** Names that the sentence lists. */
const NAMED = 5;

/**
 * Refuses files that the master would refuse after they were sent. Undefined limits: an older master does not tell them.
 * @throws AppError `too_many_files`, `too_large`, `no_space`
 */
export function refuseBeyond(limits: UploadLimits | undefined, inputs: readonly LocalInput[]): void {
  if (limits === undefined) return;
  const { max_files: files, max_file_bytes: fileBytes, max_upload_bytes: uploadBytes } = limits;
  if (inputs.length > files)
    throw refused(
      "too_many_files",
      `${counted(inputs.length, "file")} are more than the master takes in one upload (MAX_FILES=${files}). Send them in parts.`,
    );
  const large = inputs.filter(({ bytes = 0 }) => bytes > fileBytes);
  if (large.length > 0) throw tooLarge(large, fileBytes);
  const total = inputs.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  if (total <= uploadBytes) return;
  throw refused(
    "no_space",
    `The files have ${bytesInWords(total)}, and the master's disk has room for ${bytesInWords(uploadBytes)} (MIN_FREE_BYTES stays free). Make room there, or send fewer.`,
  );
}

function tooLarge(large: readonly LocalInput[], limit: number): AppError {
  const names = large.slice(0, NAMED).map(({ path, bytes = 0 }) => `${path} (${bytesInWords(bytes)})`);
  const rest = large.length - names.length;
  const listed = rest > 0 ? `${names.join(", ")} and ${rest} more` : names.join(", ");
  const are = large.length === 1 ? "is" : "are";
  return refused(
    "too_large",
    `${listed} ${are} larger than the master takes (MAX_FILE_BYTES: ${bytesInWords(limit)}). Nothing was sent: leave ${large.length === 1 ? "it" : "them"} out.`,
  );
}

function refused(code: "too_many_files" | "too_large" | "no_space", message: string): AppError {
  return new AppError(code, message, { status: 413 });
}

import officeCrypto from "officecrypto-tool";
import { FileError } from "../../../errors.ts";
import { localFile } from "../../local.ts";
import { stepFile } from "../../stepFile.ts";
import type { StepFile } from "../../task.ts";

/** Most rounds of hashing that derive a key from a password; Word writes 100,000. */
const MOST_ROUNDS = 2_000_000;

/** Names of streams in the directory of an OLE file, in UTF-16, with what the file is and what it can be saved as. */
const STREAMS: readonly (readonly [stream: string, name: string, instead: string])[] = [
  ["Workbook", "an old Excel workbook (.xls)", "XLSX"],
  ["Book", "an old Excel workbook (.xls)", "XLSX"],
  ["PowerPoint Document", "an old PowerPoint presentation (.ppt)", "PPTX"],
];

/**
 * Decrypts the office document in an encrypted OLE container (ECMA-376 standard and agile encryption).
 * @throws FileError `password_required`, `wrong_password`, `unsupported_format`, `too_large`
 */
export async function decrypted(file: StepFile, password: string | undefined): Promise<StepFile> {
  const bytes = await file.read();
  if (!holds(bytes, "EncryptedPackage")) throw unsupported(bytes);
  const rounds = /spinCount="(\d+)"/g;
  for (const [, count] of bytes.toString("latin1").matchAll(rounds)) {
    if (Number(count) > MOST_ROUNDS)
      throw new FileError(
        "too_large",
        `The document asks for ${count} rounds of hashing; at most ${MOST_ROUNDS} are done.`,
      );
  }
  return stepFile(localFile(file.filename, await opened(bytes, password)));
}

/** Opens an encrypted office document. @throws FileError `password_required`, `wrong_password`, `corrupt_file` */
export async function opened(bytes: Buffer, password: string | undefined): Promise<Buffer> {
  if (password === undefined) {
    throw new FileError(
      "password_required",
      "The document is encrypted. Give its password in the option `password`.",
    );
  }
  try {
    return await officeCrypto.decrypt(bytes, { password });
  } catch (error) {
    if (error instanceof Error && /password is incorrect/i.test(error.message)) {
      throw new FileError("wrong_password", "The document does not open with the given password.");
    }
    throw new FileError("corrupt_file", "The encrypted document is damaged and cannot be opened.", {
      cause: error,
    });
  }
}

function unsupported(bytes: Buffer): FileError {
  const [, name, instead] = STREAMS.find(([stream]) => holds(bytes, stream)) ?? ["", "an OLE file", "DOCX"];
  return new FileError(
    "unsupported_format",
    `The file is ${name}, which is not read. Save it as ${instead} or PDF first.`,
  );
}

function holds(bytes: Buffer, stream: string): boolean {
  return bytes.includes(Buffer.from(stream, "utf16le"));
}

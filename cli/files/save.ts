import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { constants, copyFile, link, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError, isErrno } from "../../shared/errors.ts";
import { safeName, twinName } from "./safeName.ts";

export interface SaveRequest {
  readonly folder: string;
  /** Name that the master gave. */
  readonly wireName: string;
  readonly content: Readable;
  /** Lower-case hex; checked when given. */
  readonly sha256?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes a result into the folder, whole or not at all. Existing files are never overwritten: when the name is in
 * use, the result gets `-2`, `-3`, ….
 * @returns the path
 * @throws AppError `download_damaged`, `cannot_save`
 */
export async function save(request: SaveRequest): Promise<string> {
  const { folder, content, signal } = request;
  const temporary = join(folder, `.${randomBytes(8).toString("hex")}.part`);
  const hash = createHash("sha256");
  try {
    await mkdir(folder, { recursive: true });
    const file = createWriteStream(temporary, { flags: "wx" });
    await pipeline(content, hashing(hash), file, { signal });
    if (request.sha256 !== undefined && hash.digest("hex") !== request.sha256)
      throw new AppError(
        "download_damaged",
        "The digest of the fetched result is wrong: the connection damaged it. Fetch it again.",
      );
    return await linkUnderFreeName(temporary, folder, safeName(request.wireName));
  } catch (error) {
    signal.throwIfAborted();
    throw isErrno(error, ...OF_DISK) ? cannotSave(folder, error) : error;
  } finally {
    content.destroy();
    // A failure here must not hide the first error; without a folder there is nothing to remove.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** A link never replaces a file, so of two results with one name each keeps its own. */
async function linkUnderFreeName(temporary: string, folder: string, name: string): Promise<string> {
  for (let twin = 1; ; twin += 1) {
    const path = join(folder, twin === 1 ? name : twinName(name, twin));
    try {
      await linkOrCopy(temporary, path);
      return path;
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
  }
}

/** Copies on file systems without links (memory sticks, shares). */
async function linkOrCopy(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (!isErrno(error, "EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP")) throw error;
    await copyFile(temporary, path, constants.COPYFILE_EXCL);
  }
}

/** The path of a result that an earlier try has saved in the folder, under its name or with a number. */
export async function savedBefore({
  folder,
  wireName,
  sha256,
}: Pick<SaveRequest, "folder" | "wireName" | "sha256">): Promise<string | undefined> {
  const name = safeName(wireName);
  for (let twin = 1; ; twin += 1) {
    const path = join(folder, twin === 1 ? name : twinName(name, twin));
    const digest = await digestOf(path);
    if (digest === sha256 || digest === undefined) return digest === undefined ? undefined : path;
  }
}

/** Undefined for a file that cannot be read. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}

function hashing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      next(null, chunk);
    },
  });
}

const OF_DISK = ["ENOSPC", "EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "EDQUOT", "ENOENT", "EMFILE"];

function cannotSave(folder: string, cause: NodeJS.ErrnoException): AppError {
  return new AppError("cannot_save", `Results cannot be saved in ${folder} (${cause.code}).`, { cause });
}

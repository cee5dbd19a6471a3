import { access, constants, mkdir } from "node:fs/promises";
import { AppError, isDiskFull } from "./errors.ts";

export interface FolderWish {
  readonly folder: string;
  /** Variable that sets this folder, or the one above it. */
  readonly variable: string;
  /** Mode of folders that are made; a folder that exists keeps its own. */
  readonly mode?: number;
}

/**
 * Makes the folder unless it exists, and checks that this process may write there, so that the start fails and not
 * the first file.
 * @throws AppError `bad_folder`; the system's error when the disk is full
 */
export async function usableFolder({ folder, variable, mode }: FolderWish): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, ...(mode === undefined ? {} : { mode }) });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    throw new AppError(
      "bad_folder",
      `The folder ${folder} cannot be used (${reasonOf(error)}). Let this user write there, or set ${variable} to another folder.`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  return REASONS[code] ?? code;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "read-only file system",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "there is a file of this name",
  ENAMETOOLONG: "its name is too long",
};

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import Libsql from "libsql";
import { AppError } from "../../../shared/errors.ts";

/** A file as the library opens it. */
export type RawDatabase = Libsql.Database;
export type RawStatement<Values extends readonly unknown[]> = Libsql.Statement<Values>;

/** With less free space than this the disk counts as full: SQLite writes some pages at a time. */
const FULL_BYTES = 2 ** 20;

/** @throws AppError `data_in_use`, `data_corrupt`, `no_space`, `bad_folder` */
export function openRaw(file: string): RawDatabase {
  return translated(file, () => new Libsql(file));
}

/** Runs `work`; an error of SQLite is thrown as the AppError that says what to do. */
export function translated<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error, file);
  }
}

export function translate(error: unknown, file: string): unknown {
  if (!(error instanceof Libsql.SqliteError)) return error;
  const { code } = error;
  if (code.startsWith("SQLITE_BUSY")) {
    return new AppError(
      "data_in_use",
      `Another process works with ${file}. Stop it, or give this one another DATA_DIR.`,
      { cause: error },
    );
  }
  if (code === "SQLITE_FULL" || (code.startsWith("SQLITE_IOERR") && isFull(file))) {
    return new AppError("no_space", "There is no room left on the disk of the job record (DATA_DIR).", {
      status: 507,
      cause: error,
    });
  }
  if (/^SQLITE_(?:CANTOPEN|READONLY|PERM)/.test(code)) {
    return new AppError(
      "bad_folder",
      `${file} cannot be opened for writing. Let this user write there, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(code) ? corrupt(file, error) : error;
}

export function corrupt(file: string, cause: unknown): AppError {
  return new AppError(
    "data_corrupt",
    `The job record ${file} is damaged. Put a good copy in its place, or move it away to start with an empty one.`,
    { cause },
  );
}

/** On a full disk SQLite reports that it cannot write its index in shared memory. */
function isFull(file: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize < FULL_BYTES;
}

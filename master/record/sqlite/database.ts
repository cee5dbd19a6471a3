import { statfsSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import Libsql from "libsql";
import { coalesce } from "../../../shared/async/coalesce.ts";
import { AppError } from "../../../shared/errors.ts";
import { syncFolder } from "../../../shared/syncFolder.ts";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

export interface Statement {
  /** Rows changed. */
  run(...values: readonly Value[]): number;
  get(...values: readonly Value[]): Row | undefined;
  all(...values: readonly Value[]): Row[];
}

/**
 * One SQLite file in WAL mode, owned by this process alone. Everything is synchronous but `sync`; text
 * with a NUL in it comes back cut, so such text belongs in JSON.
 */
export interface Database {
  prepare(sql: string): Statement;
  /** Commits when `work` returns, takes everything back when it throws. Survives a kill of the process. */
  transaction<T>(work: () => T): T;
  /** The same, letting the event loop turn at each `yield`. Nothing else may write until it is over. */
  transactionInSteps<T>(steps: () => Generator<void, T>): Promise<T>;
  /** The same for a part of a transaction. */
  savepoint<T>(work: () => T): T;
  /** Resolves when all that was committed before the call survives a power loss. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param migrations SQL for each version of the schema: the first makes version 1, and so on
 * @throws AppError `data_in_use`, `data_corrupt`, `data_too_new`, `no_space`, `bad_folder`
 */
export async function openDatabase(file: string, migrations: readonly string[]): Promise<Database> {
  // Others on this machine have no business there. A folder that is there keeps the rights it was given.
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const unlock = lock(file);
  try {
    return await openLocked(file, migrations, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openLocked(
  file: string,
  migrations: readonly string[],
  unlock: () => void,
): Promise<Database> {
  const raw = translated(file, () => {
    const opened = new Libsql(file);
    try {
      prepareFile(opened, file, migrations);
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  });
  const wal = await open(`${file}-wal`, "r+");
  await syncFolder(dirname(file));
  return databaseOver(raw, { file, wal, unlock });
}

function prepareFile(raw: Libsql.Database, file: string, migrations: readonly string[]): void {
  refuseCorrupt(raw, file);
  raw.exec("PRAGMA journal_mode = WAL");
  // NORMAL: a commit is a write without fsync. Where power loss matters, `sync` does it for many at once.
  raw.exec("PRAGMA synchronous = NORMAL");
  // What is overwritten or deleted is also wiped from its page.
  raw.exec("PRAGMA secure_delete = FAST");
  // 4 MB, so that what a large job changes stays at hand; and 16 MB of WAL before it is worked in, as pages that
  // change with every file are then copied once for many changes.
  raw.exec("PRAGMA cache_size = -4000");
  raw.exec("PRAGMA wal_autocheckpoint = 4000");
  migrate(raw, file, migrations);
  // There is a WAL file from here on, whatever was done before.
  raw.exec("BEGIN IMMEDIATE");
  raw.exec(`PRAGMA user_version = ${migrations.length}`);
  raw.exec("COMMIT");
}

function refuseCorrupt(raw: Libsql.Database, file: string): void {
  const found = raw.prepare("PRAGMA quick_check(1)").all() as { quick_check: string }[];
  if (found[0]?.quick_check !== "ok") throw corrupt(file, found[0]?.quick_check);
}

function migrate(raw: Libsql.Database, file: string, migrations: readonly string[]): void {
  const { user_version: version } = raw.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > migrations.length) {
    throw new AppError(
      "data_too_new",
      `The job record ${file} was written by a newer version (its schema is ${version}, this one knows ${migrations.length}). Start that version, or use another DATA_DIR.`,
    );
  }
  migrations.slice(version).forEach((sql, index) => {
    within(raw, TRANSACTION, () => raw.exec(`${sql}; PRAGMA user_version = ${version + index + 1}`));
  });
}

interface Opened {
  readonly file: string;
  readonly wal: FileHandle;
  readonly unlock: () => void;
}

function databaseOver(raw: Libsql.Database, { file, wal, unlock }: Opened): Database {
  return {
    prepare: (sql) => statement(raw.prepare(sql), file),
    transaction: (work) => translated(file, () => within(raw, TRANSACTION, work)),
    transactionInSteps: (steps) => inSteps(raw, file, steps),
    savepoint: (work) => within(raw, SAVEPOINT, work),
    // What SQLite itself does after a commit under synchronous=FULL, but off this thread.
    sync: coalesce(() => wal.datasync()),
    close: async () => {
      await wal.close();
      try {
        raw.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } catch {
        // On a full disk say: then the next start finds the WAL and does it.
      } finally {
        raw.close();
        unlock();
      }
    },
  };
}

/** A disk with less room than this is full for SQLite, which writes some pages at a time. */
const FULL_BYTES = 2 ** 20;

const TRANSACTION = { begin: "BEGIN IMMEDIATE", commit: "COMMIT", undo: "ROLLBACK" } as const;
const SAVEPOINT = {
  begin: "SAVEPOINT call",
  commit: "RELEASE call",
  undo: "ROLLBACK TO call; RELEASE call",
} as const;

function within<T>(
  raw: Libsql.Database,
  { begin, commit, undo }: typeof TRANSACTION | typeof SAVEPOINT,
  work: () => T,
): T {
  raw.exec(begin);
  try {
    const result = work();
    raw.exec(commit);
    return result;
  } catch (error) {
    // A full disk may have rolled back already.
    if (raw.inTransaction) raw.exec(undo);
    throw error;
  }
}

async function inSteps<T>(raw: Libsql.Database, file: string, steps: () => Generator<void, T>): Promise<T> {
  translated(file, () => raw.exec("BEGIN IMMEDIATE"));
  try {
    const running = steps();
    let step = running.next();
    while (!step.done) {
      await turn();
      step = running.next();
    }
    raw.exec("COMMIT");
    return step.value;
  } catch (error) {
    if (raw.inTransaction) raw.exec("ROLLBACK");
    throw translate(error, file);
  }
}

/** Values go on as one array: of several arguments the library makes one, which takes it longer than many a statement. */
function statement(prepared: Libsql.Statement<[readonly Value[]]>, file: string): Statement {
  return {
    run: (...values) => translated(file, () => prepared.run(values).changes),
    get: (...values) => translated(file, () => prepared.get(values) as Row | undefined),
    all: (...values) => translated(file, () => prepared.all(values) as Row[]),
  };
}

/**
 * Keeps other processes away with a lock on a file beside it; the system releases it whatever ends this
 * process. Not a lock on the record itself, which would outlive `close` for as long as a statement lives.
 */
function lock(file: string): () => void {
  const raw = translated(file, () => new Libsql(`${file}.lock`));
  try {
    raw.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    raw.close();
    throw translate(error, file);
  }
  let locked = true;
  return () => {
    if (!locked) return;
    locked = false;
    raw.exec("ROLLBACK");
    raw.close();
  };
}

function translated<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error, file);
  }
}

function translate(error: unknown, file: string): unknown {
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

/** For its index in shared memory SQLite says of a full disk that it cannot be written. */
function isFull(file: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize < FULL_BYTES;
}

function corrupt(file: string, cause: unknown): AppError {
  return new AppError(
    "data_corrupt",
    `The job record ${file} is damaged. Put a good copy in its place, or move it away to start with an empty one.`,
    { cause },
  );
}

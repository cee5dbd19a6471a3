import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { coalesce } from "../../../shared/async/coalesce.ts";
import { syncFolder } from "../../../shared/syncFolder.ts";
import type { Row, Value } from "../rows.ts";
import { Checkpoints } from "./checkpoints.ts";
import { lockFile } from "./fileLock.ts";
import { type RawDatabase, type RawStatement, translated } from "./libsql.ts";
import { openMigrated } from "./migrate.ts";
import { SAVEPOINT, TRANSACTION, within } from "./transactions.ts";

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
  /** To be waited for before a transaction, where it is a promise: the WAL is about to begin anew. */
  readonly pause: Promise<void> | undefined;
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
  // Other users of this machine must not read it. A folder that exists keeps its rights.
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const unlock = lockFile(file);
  try {
    const raw = openMigrated(file, migrations);
    const wal = await open(`${file}-wal`, "r+");
    await syncFolder(dirname(file));
    return databaseOver(raw, { file, wal, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

interface Opened {
  readonly file: string;
  readonly wal: FileHandle;
  readonly unlock: () => void;
}

function databaseOver(raw: RawDatabase, { file, wal, unlock }: Opened): Database {
  const checkpoints = new Checkpoints(file, async () => (await wal.stat()).size);
  return {
    prepare: (sql) => statement(raw.prepare(sql), file),
    transaction: (work) => {
      const result = translated(file, () => within(raw, TRANSACTION, work));
      checkpoints.committed();
      return result;
    },
    get pause() {
      return checkpoints.pause;
    },
    savepoint: (work) => within(raw, SAVEPOINT, work),
    // SQLite itself does this after a commit under synchronous=FULL, but on this thread.
    sync: coalesce(() => wal.datasync()),
    close: async () => {
      await checkpoints.close();
      await wal.close();
      try {
        raw.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } catch {
        // On a full disk, for example: the next start finds the WAL and does it.
      } finally {
        raw.close();
        unlock();
      }
    },
  };
}

/** Values go on as one array: of several arguments the library makes one, which costs more than many a statement. */
function statement(prepared: RawStatement<[readonly Value[]]>, file: string): Statement {
  return {
    run: (...values) => translated(file, () => prepared.run(values).changes),
    get: (...values) => translated(file, () => prepared.get(values) as Row | undefined),
    all: (...values) => translated(file, () => prepared.all(values) as Row[]),
  };
}

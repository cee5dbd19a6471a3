import { AppError } from "../../../shared/errors.ts";
import { corrupt, openRaw, type RawDatabase, translated } from "./libsql.ts";
import { TRANSACTION, within } from "./transactions.ts";

/**
 * Opens a file, checks it, and brings its schema to the last version.
 * @throws AppError `data_corrupt`, `data_too_new`, `no_space`, `bad_folder`
 */
export function openMigrated(file: string, migrations: readonly string[]): RawDatabase {
  const raw = openRaw(file);
  try {
    return translated(file, () => {
      prepareFile(raw, file, migrations);
      return raw;
    });
  } catch (error) {
    raw.close();
    throw error;
  }
}

function prepareFile(raw: RawDatabase, file: string, migrations: readonly string[]): void {
  refuseCorrupt(raw, file);
  raw.exec("PRAGMA journal_mode = WAL");
  // NORMAL: a commit is a write without fsync. Where power loss matters, `sync` does it for many at once.
  raw.exec("PRAGMA synchronous = NORMAL");
  // What is overwritten or deleted is also wiped from its page.
  raw.exec("PRAGMA secure_delete = FAST");
  // A cache of 4 MB holds the pages that a large job changes.
  raw.exec("PRAGMA cache_size = -4000");
  // `Checkpoints` copies the WAL when it has 16 MB; at 128 MB SQLite itself does, during a commit. The limit lets its
  // file become short when it begins anew: its length tells how much is to be copied.
  raw.exec("PRAGMA wal_autocheckpoint = 32000");
  raw.exec("PRAGMA journal_size_limit = 0");
  migrate(raw, file, migrations);
  // This write makes sure that there is a WAL file from here on.
  raw.exec(TRANSACTION.begin);
  raw.exec(`PRAGMA user_version = ${migrations.length}`);
  raw.exec(TRANSACTION.commit);
}

function refuseCorrupt(raw: RawDatabase, file: string): void {
  const found = raw.prepare("PRAGMA quick_check(1)").all() as { quick_check: string }[];
  if (found[0]?.quick_check !== "ok") throw corrupt(file, found[0]?.quick_check);
}

function migrate(raw: RawDatabase, file: string, migrations: readonly string[]): void {
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

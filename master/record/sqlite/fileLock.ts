import { openRaw, translate } from "./libsql.ts";

/**
 * Keeps other processes away with a lock on a file beside the record; the system releases it however this process
 * ends. A lock on the record itself would outlive `close` for as long as a statement lives.
 * @returns the release
 * @throws AppError `data_in_use`, `bad_folder`
 */
export function lockFile(file: string): () => void {
  const raw = openRaw(`${file}.lock`);
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

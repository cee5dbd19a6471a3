import { readdir, readFile, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "./random.ts";

/** Age after which the system has written a file back by itself. */
const UNSAFE_MS = 30_000;

/** Folders of a master. */
export interface Disk {
  readonly data: string;
  readonly results: string;
  /** File written by `ledger.mjs`. */
  readonly ledger: string;
}

interface Synced {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Removes from a killed master's files what a power loss may remove: bytes that were never synced. Each file is
 * cut independently, because a disk keeps no order between files. Resolves with the number of removed bytes.
 */
export async function losePower({ data, results, ledger }: Disk, random: Random): Promise<number> {
  const synced = await readLedger(ledger);
  let lost = 0;
  for (const folder of ["spool/packs", "spool/large"]) {
    for (const name of await readdir(join(data, folder)).catch(() => [])) {
      lost += await cut(join(data, folder, name), synced, random);
    }
  }
  const record = join(data, "jobs.sqlite");
  const wal = `${record}-wal`;
  // Before a checkpoint SQLite syncs the WAL itself, which the ledger does not see.
  const moved = (await stat(record).catch(() => undefined))?.mtimeMs ?? 0;
  if (moved < (synced.get(wal)?.at ?? 0)) lost += await cut(wal, synced, random);
  for (const path of await youngResults(results)) {
    if (random.chance(0.3)) lost += await cut(path, synced, random);
  }
  return lost;
}

/** Results are never synced: only those that the system has written back are safe. */
async function youngResults(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const path = join(entry.parentPath, entry.name);
    const about = entry.isFile() ? await stat(path).catch(() => undefined) : undefined;
    // A file with a second link is a file of the spool, which was synced.
    if (about?.nlink === 1 && Date.now() - about.mtimeMs < UNSAFE_MS) found.push(path);
  }
  return found;
}

async function cut(path: string, synced: ReadonlyMap<string, Synced>, random: Random): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 0;
  const kept = Math.min(found.size, synced.get(path)?.bytes ?? 0);
  const end = random.chance(0.3) ? kept : kept + random.below(found.size - kept + 1);
  if (end < found.size) await truncate(path, end);
  return found.size - end;
}

async function readLedger(path: string): Promise<Map<string, Synced>> {
  const synced = new Map<string, Synced>();
  const text = await readFile(path, "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    const [, at, bytes, file] = /^(\d+) (\d+) (.+)$/.exec(line) ?? [];
    if (file === undefined) continue;
    const before = synced.get(file)?.bytes ?? 0;
    synced.set(file, { at: Number(at), bytes: Math.max(before, Number(bytes)) });
  }
  return synced;
}

import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { RegisterRequest } from "../../shared/contract/fleet.ts";

/** Length of a proof in bytes; the master reads no more than this of the file. */
const PROOF_BYTES = 32;

/**
 * The folder through which master and slave hand files to each other by links; undefined where they cannot.
 * The folder must belong to this user alone, and the file `proof` in it must hold what the slave announced: then
 * both processes see the same files, and the slave has the same access to them as the master.
 */
export async function provenFolder(offer: RegisterRequest["handover"]): Promise<string | undefined> {
  if (offer === undefined || !isAbsolute(offer.folder)) return undefined;
  try {
    const found = await lstat(offer.folder);
    const isOurs = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
    return isOurs && (await proofIn(offer.folder)) === offer.proof ? offer.folder : undefined;
  } catch {
    return undefined;
  }
}

async function proofIn(folder: string): Promise<string> {
  const file = await open(join(folder, "proof"), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PROOF_BYTES), 0, PROOF_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

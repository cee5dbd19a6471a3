import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { AppError, isErrno } from "../../shared/errors.ts";

/** Gives the lock back. */
type Unlock = () => Promise<void>;

/**
 * Makes this process the only one that uses a journal. The lock is a socket on which the process listens: it ends with its
 * process, also with one that is killed.
 * @throws AppError `journal_in_use`
 */
export async function lockJournal(journal: string): Promise<Unlock> {
  const address = addressOf(journal);
  const server = (await listening(address)) ?? (await afterStale(address, journal));
  server.unref();
  return async () => {
    server.close();
    await rm(address, { force: true }).catch(() => undefined);
  };
}

/** Systems allow 104 bytes for the path of a socket, or a few more. */
const MOST_BYTES = 100;

function addressOf(journal: string): string {
  const name = `${basename(journal)}.lock`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  const beside = `${journal}.lock`;
  return Buffer.byteLength(beside) <= MOST_BYTES ? beside : join(tmpdir(), `manyhands-${name}`);
}

/** A socket whose process was killed is still there, and refuses connections. */
async function afterStale(address: string, journal: string): Promise<Server> {
  if (await isAnswered(address)) throw inUse(journal);
  await rm(address, { force: true });
  const server = await listening(address);
  if (server === undefined) throw inUse(journal);
  return server;
}

function inUse(journal: string): AppError {
  const message = `Another command uses the journal ${journal}: it sends the same files. Wait for its end.`;
  return new AppError("journal_in_use", message, { status: 409 });
}

/** Undefined when the address is taken. */
async function listening(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy()).listen(address);
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    if (isErrno(error, "EADDRINUSE")) return undefined;
    throw error;
  }
}

async function isAnswered(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { parentPort, workerData } from "node:worker_threads";
import { openRaw } from "./libsql.ts";

/** The worker thread of `Checkpoints`: each message asks for one checkpoint of the file, and is answered when it is over. */
const checkpoint = openRaw(String(workerData)).prepare("PRAGMA wal_checkpoint(PASSIVE)");

parentPort?.on("message", () => {
  try {
    checkpoint.all();
  } catch {
    // On a full disk, for example: a later one does it.
  }
  parentPort?.postMessage("done");
});

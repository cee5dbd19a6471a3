import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { startThread } from "../../../shared/process/thread.ts";

/** Length of the WAL from which it is copied into the file: pages that change often are then copied once for many changes. */
const WAL_BYTES = 16 * 2 ** 20;
/** Transactions between two looks at its length. */
const TRANSACTIONS = 16;

/**
 * Copies the WAL into its file in a worker thread: on the main thread each time would hold the event loop for 50 ms
 * and more, as it waits for the disk.
 */
export class Checkpoints {
  readonly #file: string;
  readonly #walBytes: () => Promise<number>;
  #worker: Worker | undefined;
  #transactions = 0;
  #running: Promise<void> | undefined;
  #pause: Promise<void> | undefined;

  constructor(file: string, walBytes: () => Promise<number>) {
    this.#file = file;
    this.#walBytes = walBytes;
  }

  /** To be waited for before a transaction; mostly undefined. */
  get pause(): Promise<void> | undefined {
    return this.#pause;
  }

  committed(): void {
    this.#transactions += 1;
    if (this.#transactions < TRANSACTIONS || this.#running !== undefined) return;
    this.#transactions = 0;
    this.#running = this.#look().finally(() => {
      this.#running = undefined;
    });
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#worker?.terminate();
  }

  async #look(): Promise<void> {
    if ((await this.#walBytes().catch(() => 0)) < WAL_BYTES) return;
    await this.#checkpoint();
    // The WAL begins anew once all of it has been copied: no transaction may add to it during the rest, which is short.
    this.#pause = this.#checkpoint();
    await this.#pause;
    this.#pause = undefined;
  }

  /** A thread that fails is started again for the next one. */
  async #checkpoint(): Promise<void> {
    const workerData = this.#file;
    this.#worker ??= startThread(import.meta.url, "checkpointThread", { workerData });
    this.#worker.postMessage("checkpoint");
    try {
      await once(this.#worker, "message");
    } catch {
      this.#worker = undefined;
    }
  }
}

import type { Worker } from "node:worker_threads";
import { Batcher } from "../../shared/async/batcher.ts";
import { startThread } from "../../shared/process/thread.ts";

/** `new`: only where nothing has the name (EEXIST); `over`: also over a file. */
export type Placing = "new" | "over";

/** A small file on its way into the results folder. */
export interface SmallFile {
  readonly target: string;
  /** Unused path on the same file system. */
  readonly temporary: string;
  readonly body: Uint8Array;
  readonly placing: Placing;
}

/** Files that the thread writes one after the other; `bytes` holds their bodies in this sequence. */
export interface WriteBatch {
  readonly bytes: Uint8Array;
  readonly files: readonly {
    readonly target: string;
    readonly temporary: string;
    readonly length: number;
    readonly placing: Placing;
  }[];
}

/** Outcome of each file of a batch: undefined when it is written. */
export type WriteAnswer = readonly (WriteFailure | undefined)[];

export interface WriteFailure {
  readonly code: string | undefined;
  readonly message: string;
}

/** Failure of the file with this index in its batch. */
type FailureOf = (index: number) => WriteFailure | undefined;

interface PendingFile {
  readonly file: SmallFile;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Most files in one batch, so that the first of many files do not wait for the last. */
const MOST_FILES = 64;

/** The thread's garbage is short-lived; by default V8 would give it as much memory as the main thread. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2 };

/**
 * Writes small files, each whole under its name, in a worker thread; files that arrive during a batch form the next
 * batch. Five synchronous system calls per file cost a third of the same calls through Node's thread pool, whose
 * threads also wait for each other at the folder.
 */
export class SmallFiles {
  #worker: Worker | undefined;
  readonly #batches = new Batcher<PendingFile>({
    run: (batch) => this.#write(batch),
    take: (waiting) => waiting.splice(0, MOST_FILES),
  });
  /** Settles the batch that the thread writes. */
  #answer: ((failureOf: FailureOf) => void) | undefined;

  write(file: SmallFile): Promise<void> {
    return new Promise((resolve, reject) => this.#batches.add({ file, resolve, reject }));
  }

  #write(batch: readonly PendingFile[]): Promise<void> {
    return new Promise((resolve) => {
      this.#answer = (failureOf) => {
        // First, so that the thread gets its next batch before the callers of these files continue.
        resolve();
        settle(batch, failureOf);
      };
      this.#send(batch);
    });
  }

  #send(batch: readonly PendingFile[]): void {
    const bytes = Buffer.concat(batch.map(({ file }) => file.body));
    // A buffer with no other contents can be transferred to the thread without a copy.
    const own = bytes.buffer.byteLength === bytes.length ? bytes : new Uint8Array(bytes);
    const files = batch.map(({ file: { target, temporary, body, placing } }) => ({
      target,
      temporary,
      length: body.byteLength,
      placing,
    }));
    this.#worker ??= this.#start();
    this.#worker.postMessage({ bytes: own, files } satisfies WriteBatch, [own.buffer as ArrayBuffer]);
  }

  #start(): Worker {
    const resourceLimits = RESOURCE_LIMITS;
    const worker = startThread(import.meta.url, "smallFilesThread", { resourceLimits });
    worker.on("message", (answer: WriteAnswer) => this.#answer?.((index) => answer[index]));
    worker.once("error", (error) => {
      // The next file starts another thread.
      this.#worker = undefined;
      this.#answer?.(() => ({ code: undefined, message: error.message }));
    });
    return worker;
  }
}

function settle(batch: readonly PendingFile[], failureOf: FailureOf): void {
  for (const [index, { resolve, reject }] of batch.entries()) {
    const failure = failureOf(index);
    if (failure === undefined) resolve();
    else reject(Object.assign(new Error(failure.message), { code: failure.code }));
  }
}

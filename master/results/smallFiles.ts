import { Worker } from "node:worker_threads";
import { Batcher } from "../../shared/async/batcher.ts";

/** A small file on its way into the results folder. */
export interface SmallFile {
  readonly target: string;
  /** A new name on the same file system. */
  readonly temporary: string;
  readonly body: Uint8Array;
}

/** Files written one after the other; their bodies lie in `bytes` in this order. */
export interface WriteOrder {
  readonly bytes: Uint8Array;
  readonly files: readonly {
    readonly target: string;
    readonly temporary: string;
    readonly length: number;
  }[];
}

/** How each file of an order ended: undefined when it is in its place. */
export type WriteAnswer = readonly (WriteFailure | undefined)[];

export interface WriteFailure {
  readonly code: string | undefined;
  readonly message: string;
}

/** Failure of the file with this index in its order. */
type FailureOf = (index: number) => WriteFailure | undefined;

interface PendingFile {
  readonly file: SmallFile;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Most files in one order, so that the thread answers now and then. */
const MOST_FILES = 64;

/** Nothing of its garbage lives long: without a bound it would get as much memory for it as the main thread. */
const LIMITS = { maxYoungGenerationSizeMb: 2 };

/**
 * Writes small files whole under their names, in a thread of its own: what comes while it writes goes out with the
 * next order. Four calls to the system a file cost a third there of what they cost as promises of Node's thread
 * pool, whose threads also wait for each other at the folder.
 */
export class SmallFiles {
  #worker: Worker | undefined;
  readonly #orders = new Batcher<PendingFile>({
    run: (batch) => this.#write(batch),
    take: (waiting) => waiting.splice(0, MOST_FILES),
  });
  /** Ends the order that the thread writes. */
  #answer: ((failureOf: FailureOf) => void) | undefined;

  write(file: SmallFile): Promise<void> {
    return new Promise((resolve, reject) => this.#orders.add({ file, resolve, reject }));
  }

  #write(batch: readonly PendingFile[]): Promise<void> {
    return new Promise((resolve) => {
      this.#answer = (failureOf) => {
        // First, so that the thread has its next order before the writers of these files go on.
        resolve();
        settle(batch, failureOf);
      };
      this.#send(batch);
    });
  }

  #send(batch: readonly PendingFile[]): void {
    const bytes = Buffer.concat(batch.map(({ file }) => file.body));
    // One buffer of its own, so that it is handed over and not copied.
    const own = bytes.buffer.byteLength === bytes.length ? bytes : new Uint8Array(bytes);
    const files = batch.map(({ file: { target, temporary, body } }) => ({
      target,
      temporary,
      length: body.byteLength,
    }));
    this.#worker ??= this.#start();
    this.#worker.postMessage({ bytes: own, files } satisfies WriteOrder, [own.buffer as ArrayBuffer]);
  }

  #start(): Worker {
    const worker = startThread();
    worker.on("message", (answer: WriteAnswer) => this.#answer?.((index) => answer[index]));
    worker.once("error", (error) => {
      // The next file starts another one.
      this.#worker = undefined;
      this.#answer?.(() => ({ code: undefined, message: error.message }));
    });
    // It writes nothing that nobody waits for.
    worker.unref();
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

function startThread(): Worker {
  const resourceLimits = LIMITS;
  if (import.meta.url.endsWith(".js"))
    return new Worker(new URL("./smallFilesThread.js", import.meta.url), { resourceLimits });
  // In development the thread runs from TypeScript, too.
  const entry = JSON.stringify(new URL("./smallFilesThread.ts", import.meta.url).href);
  const source = `import("tsx/esm/api").then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(source, { eval: true, resourceLimits });
}

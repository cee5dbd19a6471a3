import { setMaxListeners } from "node:events";
import { mkdir, statfs } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, isErrno, isNoSpace, isStoreAway } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";

export interface DiskSpaceDeps {
  /** Folders that the master writes to; created when they do not exist. */
  readonly folders: readonly string[];
  /** Uploads are refused while fewer bytes than this are free. */
  readonly minFreeBytes: number;
  readonly logger: Logger;
  /** Free bytes for this process in a folder; `statfs` by default. */
  readonly free?: (folder: string) => Promise<number>;
}

/** Runs work again for as long as the disk is too full for it, or the store does not answer. */
export type RetryWhileFull = <T>(work: () => Promise<T>) => Promise<T>;

/** Time between two checks of the disk, for an upload that comes in and for work that waits for space. */
const CHECK_MS = 500;
/** Checks between two log lines about a full disk: one line a minute. */
const CHECKS_PER_LOG_LINE = 120;

/**
 * The free space of the disks that the master writes to. New uploads are refused while there is still space for
 * the results of accepted jobs; work of accepted jobs waits for space and does not fail.
 */
export class DiskSpace {
  readonly #deps: DiskSpaceDeps;
  #waiting = 0;

  constructor(deps: DiskSpaceDeps) {
    this.#deps = deps;
  }

  /** Whether work of accepted jobs waits for space. */
  get isFull(): boolean {
    return this.#waiting > 0;
  }

  /** Bytes that an upload may have now. */
  async room(): Promise<number> {
    return Math.max(0, (await this.#least()) - this.#deps.minFreeBytes);
  }

  /**
   * Admits an upload of about this size. The signal is aborted when the disk fills up during the upload.
   * @throws AppError `no_space` (507)
   */
  async admit(bytes: number): Promise<{ readonly signal: AbortSignal; release(): void }> {
    await this.#requireSpace(bytes);
    const full = new AbortController();
    // Each file of the upload adds a listener.
    setMaxListeners(0, full.signal);
    const check = () => this.#requireSpace(0).catch((error: unknown) => full.abort(error));
    const timer = setInterval(() => void check(), CHECK_MS).unref();
    return { signal: full.signal, release: () => clearInterval(timer) };
  }

  /** Runs work again while it fails for lack of space or of the store. After `signal` is aborted the error of the last try is thrown. */
  retryWhileFull<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    // Nothing is added to work that succeeds at once: most results and events pass here.
    return work().catch(async (error: unknown) => {
      if (!mayPass(error)) throw error;
      const waiting = isNoSpace(error) ? 1 : 0;
      this.#waiting += waiting;
      return await this.#retry(work, error, signal).finally(() => {
        this.#waiting -= waiting;
      });
    });
  }

  async #retry<T>(work: () => Promise<T>, first: unknown, signal: AbortSignal): Promise<T> {
    let error = first;
    for (let tries = 0; ; tries += 1) {
      if (!mayPass(error) || signal.aborted) throw error;
      if (tries % CHECKS_PER_LOG_LINE === 0)
        this.#deps.logger.error(
          { err: error },
          isNoSpace(error)
            ? "the disk is full: accepted jobs wait until space is freed on it"
            : "the store does not answer: accepted jobs wait for it",
        );
      await sleep(CHECK_MS, undefined, { signal, ref: false }).catch(() => undefined);
      try {
        return await work();
      } catch (again) {
        error = again;
      }
    }
  }

  /** Free bytes of the fullest disk. */
  async #least(): Promise<number> {
    const { folders, free = freeBytes } = this.#deps;
    return Math.min(...(await Promise.all(folders.map(free))));
  }

  async #requireSpace(bytes: number): Promise<void> {
    const { minFreeBytes } = this.#deps;
    const least = await this.#least();
    if (least - bytes >= minFreeBytes) return;
    throw new AppError(
      "no_space",
      bytes > 0 && least >= minFreeBytes
        ? "There is not enough room on the master's disk for this upload (MIN_FREE_BYTES must stay free)."
        : "There is too little room on the master's disk (MIN_FREE_BYTES must stay free).",
      { status: 507, retryAfter: 60 },
    );
  }
}

function mayPass(error: unknown): boolean {
  return isNoSpace(error) || isStoreAway(error);
}

async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    await mkdir(folder, { recursive: true });
    return await freeBytes(folder);
  }
}

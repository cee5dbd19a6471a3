import { setMaxListeners } from "node:events";
import { mkdir, statfs } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, isDiskFull, isErrno } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { RecordOfJobs } from "../record/port.ts";

export interface DiskWatchOptions {
  /** Where is written to; made if they are not there. */
  readonly folders: readonly string[];
  /** Below so many free bytes no upload is taken. */
  readonly minFreeBytes: number;
  readonly logger: Logger;
  /** Free bytes for this process at a folder; `statfs` unless said. */
  readonly free?: (folder: string) => Promise<number>;
}

/** How often the disk is looked at while an upload comes in, or somebody waits for room. */
const LOOK_MS = 500;

/**
 * Watches the free disk. New uploads are refused while there is still room for the results of what was
 * accepted; what is accepted waits for room rather than fail.
 */
export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #stop = new AbortController();

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /**
   * Lets an upload of about so many bytes begin. The signal is aborted when the disk fills up meanwhile.
   * @throws AppError `no_space` (507)
   */
  async admit(bytes: number): Promise<{ readonly signal: AbortSignal; release(): void }> {
    await this.#requireRoom(bytes);
    const full = new AbortController();
    // Every file of the upload listens to it.
    setMaxListeners(0, full.signal);
    const look = () => this.#requireRoom(0).catch((error: unknown) => full.abort(error));
    const timer = setInterval(() => void look(), LOOK_MS).unref();
    return { signal: full.signal, release: () => clearInterval(timer) };
  }

  /** Does it again for as long as the disk is too full for it. Gives up when the master stops. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let waited = 0; ; waited += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isNoSpace(error) || this.#stop.signal.aborted) throw error;
        if (waited % 120 === 0)
          this.#options.logger.error({ err: error }, "the disk is full: accepted work waits for room");
        await sleep(LOOK_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #requireRoom(bytes: number): Promise<void> {
    const { folders, minFreeBytes, free = freeBytes } = this.#options;
    const all = await Promise.all(folders.map(free));
    const least = Math.min(...all);
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

/** The record, but what happened to accepted jobs waits for room on a full disk. */
export function patientJobs(jobs: RecordOfJobs, disk: Pick<DiskWatch, "patiently">): RecordOfJobs {
  const apply: RecordOfJobs["apply"] = (job, events) =>
    jobs.apply(job, events).catch((error: unknown) => {
      if (!isNoSpace(error)) throw error;
      return disk.patiently(() => jobs.apply(job, events));
    });
  // A proxy, so that it has whatever else the port has; methods keep their own `this`.
  return new Proxy(jobs, {
    get(target, name) {
      if (name === "apply") return apply;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A disk that is full, whoever says it. */
export function isNoSpace(error: unknown): boolean {
  if (error instanceof AppError) return error.code === "no_space";
  return isDiskFull(error);
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

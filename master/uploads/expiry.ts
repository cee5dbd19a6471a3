import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../shared/logger.ts";
import type { RecordedUploads } from "../record/uploads.ts";
import type { UploadBytes } from "./bytes.ts";
import type { Uploads } from "./uploads.ts";

export interface UploadExpiryDeps {
  readonly records: Pick<RecordedUploads, "get" | "expired">;
  readonly uploads: Pick<Uploads, "isBusy" | "remove">;
  readonly bytes: Pick<UploadBytes, "sweep">;
  readonly logger: Logger;
}

const PAUSE_MS = 5_000;
/** Most uploads that one sweep removes. */
const A_SWEEP = 100;

/** Removes uploads that expired: those that no job had, and the records of those that one has. */
export class UploadExpiry {
  readonly #deps: UploadExpiryDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: UploadExpiryDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Resolves with the number of those that it removed. */
  async sweep(now = Date.now()): Promise<number> {
    const { records, uploads } = this.#deps;
    const expired = (await records.expired(now, A_SWEEP)).filter(({ id }) => !uploads.isBusy(id));
    for (const upload of expired) await uploads.remove(upload);
    return expired.length;
  }

  async #run(): Promise<void> {
    const { records, bytes, logger } = this.#deps;
    const { signal } = this.#stop;
    await bytes
      .sweep(async (id) => (await records.get(id)) !== undefined)
      .catch((err: unknown) => logger.error({ err }, "bytes of unknown uploads could not be removed"));
    while (!signal.aborted) {
      await this.sweep().catch((err: unknown) => {
        if (!signal.aborted) logger.error({ err }, "expired uploads could not be removed: it is tried again");
      });
      await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

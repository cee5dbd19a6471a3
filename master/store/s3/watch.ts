import type { AppError } from "../../../shared/errors.ts";
import type { S3Bucket, ServerState } from "./bucket.ts";
import { asTrouble, clockTrouble } from "./errors.ts";

/** Time between two looks at a server that answers, and at one that does not. */
const LOOK_MS = 5_000;
const AWAY_LOOK_MS = 1_000;

export interface BucketWatchDeps {
  /** Its operations are tried once. */
  readonly probe: S3Bucket;
  readonly state: ServerState;
  /** Name of an object that no other run uses. */
  readonly name: string;
  /** Called when the server goes away, and with undefined when it is back. */
  readonly onChange?: ((trouble: AppError | undefined) => void) | undefined;
}

/**
 * Looks at the bucket from time to time, so that its state is known without a request of a client. One failed look may be
 * an accident; two in a row are trouble. Trouble ends when an object can be written and removed.
 */
export class BucketWatch {
  readonly #deps: BucketWatchDeps;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #told: AppError | undefined;
  #isStopped = false;

  constructor(deps: BucketWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    const isQuiet = this.#deps.state.trouble === undefined && this.#failures === 0;
    this.#timer = setTimeout(() => void this.#look(), isQuiet ? LOOK_MS : AWAY_LOOK_MS).unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { state, onChange } = this.#deps;
    try {
      await this.#try();
      this.#failures = 0;
      state.trouble = undefined;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures > 1 || state.trouble !== undefined)
        state.trouble = asTrouble(error) ?? state.trouble;
    }
    if (this.#isStopped) return;
    if (state.trouble?.code !== this.#told?.code) onChange?.(state.trouble);
    this.#told = state.trouble;
    this.start();
  }

  async #try(): Promise<void> {
    const { probe, state, name } = this.#deps;
    if (state.trouble === undefined) {
      // The answer to a read names a bucket that is gone; that to a request for the length alone does not.
      const opened = await probe.open(name, { start: 0, end: 0 });
      opened?.body.destroy();
    } else {
      await probe.put(name, Buffer.from(name));
      await probe.remove(name);
    }
    const wrong = clockTrouble(state.now, Date.now());
    if (wrong !== undefined) throw wrong;
  }
}

import { type AppError, UnavailableError } from "../../../../shared/errors.ts";

/** Time between two looks at the engine. */
const LOOK_MS = 1_000;

export interface EngineWatchDeps {
  readonly probe: () => Promise<void>;
  readonly onTrouble: (trouble: AppError | undefined) => void;
}

/** Knows whether the engine can be used. Calls are refused at once while it cannot. */
export class EngineWatch {
  readonly #deps: EngineWatchDeps;
  readonly #timer: NodeJS.Timeout;
  #trouble: AppError | undefined;
  #looking = false;

  constructor(deps: EngineWatchDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  get trouble(): AppError | undefined {
    return this.#trouble;
  }

  /** Does work with the engine. @throws AppError `queue_unavailable` */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#trouble !== undefined) throw this.#trouble;
    try {
      return await work();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#deps.probe();
      this.#change(undefined);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#looking = false;
    }
  }

  #failed(cause: unknown): AppError {
    const isFull = cause instanceof Error && /^(?:ReplyError: )?OOM\b|^OOM\b/.test(cause.message);
    const problem = isFull
      ? "The memory of the master's queue (QUEUE_URL) is full. The same request may succeed later."
      : "The master's queue (QUEUE_URL) does not answer. The same request may succeed when it is back.";
    const trouble = new UnavailableError("queue_unavailable", problem, { cause });
    this.#change(trouble);
    return trouble;
  }

  #change(trouble: AppError | undefined): void {
    const isNew = (trouble === undefined) !== (this.#trouble === undefined);
    this.#trouble = trouble;
    if (isNew) this.#deps.onTrouble(trouble);
  }
}

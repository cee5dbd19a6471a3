import { Batcher } from "../../../shared/async/batcher.ts";
import type { Bundle } from "./bundle.ts";
import type { Bundles, TakenBundle } from "./bundles.ts";

/** Bundles that are completed at a time. */
const TOGETHER = 8;

/** Tells the engine of bundles that are done. What it does not hear while it is away is told again. */
export class Completions {
  readonly #bundles: Pick<Bundles, "complete" | "remove">;
  /** Held to their end, and not completed yet. */
  #done: TakenBundle[] = [];
  /** Done, though another master, or none, holds them: those that wait are removed. */
  #dropped: Pick<Bundle, "id" | "lane">[] = [];
  readonly #completing = new Batcher<TakenBundle>({
    take: (waiting) => waiting.splice(0, TOGETHER),
    run: async (batch) => void (await Promise.all(batch.map((taken) => this.#complete(taken)))),
  });

  constructor(bundles: Pick<Bundles, "complete" | "remove">) {
    this.#bundles = bundles;
  }

  add(taken: TakenBundle): void {
    this.#completing.add(taken);
  }

  drop({ id, lane }: Pick<Bundle, "id" | "lane">): void {
    this.#dropped.push({ id, lane });
  }

  /** @throws AppError `queue_unavailable` */
  async retry(): Promise<void> {
    for (const taken of this.#done.splice(0)) this.#completing.add(taken);
    for (let next = this.#dropped[0]; next !== undefined; next = this.#dropped[0]) {
      await this.#bundles.remove(next);
      this.#dropped.shift();
    }
  }

  async close(): Promise<void> {
    await this.#completing.idle();
  }

  async #complete(taken: TakenBundle): Promise<void> {
    try {
      if (!(await this.#bundles.complete(taken))) this.drop(taken);
    } catch {
      this.#done.push(taken);
    }
  }
}

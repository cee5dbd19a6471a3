import { WaitList } from "../../shared/async/waitList.ts";
import type { FileRef } from "../../shared/tasks/task.ts";
import type { Slave } from "../fleet/slave.ts";

/** Most inputs that the master remembers of a slave. */
const MOST = 1_000;

type SharedFile = Pick<FileRef, "sha256" | "bytes">;

/** An input that a slave was sent. A later one of the same digest is another object. */
interface KeptInput {
  readonly bytes: number;
}

/** How the shared inputs of one lease reach its slave. */
export interface Delivery {
  /** By SHA-256: the inputs that the slave probably has, and those that the lease brings. */
  readonly kept: ReadonlyMap<string, unknown>;
  readonly sent: ReadonlyMap<string, unknown>;
  /** To be called when the slave has all that is sent. */
  arrived(): void;
  /** To be called when the lease has failed; after `arrived` it changes nothing. */
  failed(): void;
  /** To be called when the slave says that it lacks one of `kept`. */
  lacked(): void;
}

/** The shared inputs that slaves have, as far as this master can tell: a slave may drop each of them at any time. */
export class KeptInputs {
  readonly #slaves = new WeakMap<Slave, SlaveInputs>();

  /** A slave that has started again has none. */
  of(slave: Slave): SlaveInputs {
    const known = this.#slaves.get(slave);
    if (known !== undefined && known.instance === slave.instance) return known;
    const inputs = new SlaveInputs(slave);
    this.#slaves.set(slave, inputs);
    return inputs;
  }
}

/** The shared inputs that one slave has. */
class SlaveInputs {
  readonly instance: string | undefined;
  readonly #maxBytes: number;
  /** By SHA-256; the one that was used last is the last. */
  readonly #kept = new Map<string, KeptInput>();
  #bytes = 0;
  /** SHA-256 of the inputs that leases bring just now. */
  readonly #coming = new Set<string>();
  readonly #waiting = new WaitList();

  constructor({ instance, inputCacheBytes }: Slave) {
    this.instance = instance;
    this.#maxBytes = inputCacheBytes;
  }

  /** Waits for inputs that another lease brings, so that none is sent twice. @throws the reason of the signal */
  async deliver(files: readonly SharedFile[], signal: AbortSignal): Promise<Delivery> {
    while (files.some(({ sha256 }) => this.#coming.has(sha256))) await this.#waiting.wait(signal);
    return this.#begin(files);
  }

  #begin(files: readonly SharedFile[]): Delivery {
    const kept = new Map<string, KeptInput>();
    const sent = new Map<string, SharedFile>();
    for (const file of files) {
      const known = this.#touch(file.sha256);
      if (known === undefined) sent.set(file.sha256, file);
      else kept.set(file.sha256, known);
    }
    const coming = [...sent.values()];
    for (const { sha256 } of coming) this.#coming.add(sha256);
    const end = () => {
      for (const { sha256 } of coming.splice(0)) this.#coming.delete(sha256);
      this.#waiting.wakeAll();
    };
    return {
      ...{ kept, sent },
      arrived: () => {
        for (const file of coming) this.#keep(file);
        end();
      },
      failed: end,
      lacked: () => {
        for (const [sha256, known] of kept) if (this.#kept.get(sha256) === known) this.#forget(sha256);
      },
    };
  }

  /** As at the slave, the inputs that were not used for the longest time go first. */
  #keep({ sha256, bytes }: SharedFile): void {
    this.#forget(sha256);
    this.#kept.set(sha256, { bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes && this.#kept.size <= MOST) return;
      this.#forget(oldest);
    }
  }

  /** Makes an input the one that was used last; undefined when the slave has none of this digest. */
  #touch(sha256: string): KeptInput | undefined {
    const known = this.#kept.get(sha256);
    if (known === undefined) return undefined;
    this.#kept.delete(sha256);
    this.#kept.set(sha256, known);
    return known;
  }

  #forget(sha256: string): void {
    this.#bytes -= this.#kept.get(sha256)?.bytes ?? 0;
    this.#kept.delete(sha256);
  }
}

import type { LeaseStoreInputs } from "../../shared/contract/lease.ts";
import type { Logger } from "../../shared/logger.ts";
import type { UnitFile } from "../../shared/tasks/task.ts";
import { fullName, type Slave } from "../fleet/slave.ts";
import type { ByteStore } from "../store/port.ts";

/** Smaller files are sent: a request to the bucket costs more. Inputs of clients lie together up to 256 KB, and are sent, too. */
const LEAST_BYTES = 64 * 1024;
/** A slave that could not fetch an input is sent bytes for this time. */
const REST_MS = 30_000;
/** What the bucket's server answers with: nothing that a slave looks at. */
const ANSWER = { type: "application/octet-stream", disposition: "attachment" };

export interface StoreInputsDeps {
  readonly store: Pick<ByteStore, "slaveLinks">;
  readonly logger: Pick<Logger, "info" | "warn">;
}

/** The inputs that slaves fetch from the bucket themselves, so that their bytes do not pass the master. */
export class StoreInputs {
  readonly #deps: StoreInputsDeps;
  /** Time until which a slave is sent bytes, in `performance.now()`. */
  readonly #restUntil = new WeakMap<Slave, number>();
  readonly #told = new WeakSet<Slave>();

  constructor(deps: StoreInputsDeps) {
    this.#deps = deps;
  }

  /** Those of these files, by their index in the lease, that its slave can fetch; undefined when there are none. */
  async of(
    slave: Slave,
    files: readonly (readonly [number, UnitFile])[],
  ): Promise<LeaseStoreInputs | undefined> {
    const { slaveLinks } = this.#deps.store;
    const { storeOrigin } = slave;
    if (slaveLinks === undefined || storeOrigin === undefined) return undefined;
    if ((this.#restUntil.get(slave) ?? 0) > performance.now()) return undefined;
    const found: Record<string, LeaseStoreInputs[string]> = {};
    for (const [index, { key, filename, bytes, sha256 }] of files) {
      if (bytes < LEAST_BYTES) continue;
      const url = await slaveLinks.linkTo(key, ANSWER);
      if (url === undefined) continue;
      if (!this.#isThere(slave, url)) return undefined;
      found[index] = { filename, bytes, sha256, url };
    }
    return Object.keys(found).length === 0 ? undefined : found;
  }

  /** To be called when the slave could not fetch what it was told to. */
  failed(slave: Slave, reason: string): void {
    this.#restUntil.set(slave, performance.now() + REST_MS);
    this.#deps.logger.warn(
      { slave: slave.name },
      `slave ${fullName(slave)} could not fetch an input from the bucket, so it is sent bytes for ${REST_MS / 1_000} s: ${reason}`,
    );
  }

  /** Whether the slave may fetch from the server that the bucket is at. */
  #isThere(slave: Slave, url: string): boolean {
    const { origin } = new URL(url);
    const isSame = origin === slave.storeOrigin;
    if (!this.#told.has(slave)) {
      this.#told.add(slave);
      const name = fullName(slave);
      if (isSame)
        this.#deps.logger.info(
          { slave: slave.name },
          `slave ${name} fetches large inputs from the bucket itself`,
        );
      else
        this.#deps.logger.warn(
          { slave: slave.name },
          `slave ${name} may fetch inputs from ${slave.storeOrigin}, but the bucket is at ${origin}: they are sent. Set its SLAVE_STORE_URL to that address`,
        );
    }
    return isSame;
  }
}

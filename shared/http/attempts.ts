/** How often an address may fail: `burst` times at once, and once more every `refillSeconds`. */
export interface AttemptLimits {
  readonly burst: number;
  readonly refillSeconds: number;
  /** Most addresses that are kept; the address whose last failure is oldest goes first. */
  readonly addresses: number;
}

export const TOKEN_ATTEMPTS: AttemptLimits = { burst: 20, refillSeconds: 1, addresses: 10_000 };

interface Failures {
  readonly count: number;
  /** Milliseconds, by `now`. */
  readonly at: number;
}

/** Counts failed attempts by address; the addresses of one IPv6 network (/64) count as one. */
export class Attempts {
  readonly #limits: AttemptLimits;
  readonly #now: () => number;
  readonly #failures = new Map<string, Failures>();

  constructor(limits: AttemptLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Seconds until the address may try again; 0: now. */
  waitFor(address: string): number {
    const { burst, refillSeconds } = this.#limits;
    return Math.max(0, this.#left(networkOf(address)) - (burst - 1)) * refillSeconds;
  }

  failed(address: string): void {
    const network = networkOf(address);
    const count = this.#left(network) + 1;
    this.#failures.delete(network);
    this.#failures.set(network, { count, at: this.#now() });
    if (this.#failures.size <= this.#limits.addresses) return;
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }

  /** Failures that still count, as each refill takes one off. */
  #left(network: string): number {
    const known = this.#failures.get(network);
    if (known === undefined) return 0;
    const forgiven = (this.#now() - known.at) / 1000 / this.#limits.refillSeconds;
    return Math.max(0, known.count - forgiven);
  }
}

/** The first four groups of an IPv6 address, as a host can choose the others; an IPv4 address as it is. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("%")[0]?.toLowerCase().split("::") ?? [];
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array<string>(zeros).fill("0"), ...back].slice(0, 4).join(":");
}

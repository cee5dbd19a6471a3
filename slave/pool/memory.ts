import { residentBytes } from "../../shared/process/resident.ts";

/** Above this share of its limit a child is replaced between two units: the next file shall not pay for earlier ones. */
const FULL_SHARE = 0.75;
/** Least time between two readings: one costs as much as a short unit. */
const READING_MS = 100;

/** The memory of a child between its units. */
export class ChildMemory {
  readonly #pid: number;
  readonly #limitBytes: number;
  #readAt = 0;
  #isFull = false;

  constructor(pid: number, limitBytes: number) {
    this.#pid = pid;
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return residentBytes(this.#pid) ?? 0;
  }

  /** Whether too little is left for another unit. Once true it stays true. */
  get isFull(): boolean {
    const now = performance.now();
    if (this.#isFull || now - this.#readAt < READING_MS) return this.#isFull;
    this.#readAt = now;
    this.#isFull = this.bytes > this.#limitBytes * FULL_SHARE;
    return this.#isFull;
  }
}

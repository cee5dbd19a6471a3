import { readFileSync } from "node:fs";

/**
 * Resident bytes of a process and of the processes that it started; undefined where the system does
 * not tell (only Linux does, in /proc) or when it is gone.
 */
export function residentBytes(pid: number): number | undefined {
  const own = /^VmRSS:\s+(\d+) kB/m.exec(readProc(`${pid}/status`))?.[1];
  if (own === undefined) return undefined;
  const children = readProc(`${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + (residentBytes(Number(child)) ?? 0), Number(own) * 1024);
}

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

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "latin1");
  } catch {
    return "";
  }
}

import { keyOf } from "../files/collect.ts";
import type { LocalInput } from "../files/look.ts";
import { FileTable } from "../journal/fileTable.ts";

/** Mark of a file that was handed on as it is. */
const HANDED_ON = "f".repeat(32);

/** Tells which files have stopped growing: size and time of modification stay the same for a while. */
export class Settling {
  readonly #settleMs: number;
  readonly #seen = new FileTable();
  /** When the first of the files that still settle will have settled. */
  #due = Number.POSITIVE_INFINITY;

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** Begins a look at all files. */
  begin(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** Milliseconds until a file that was seen in this look may have settled. */
  untilDue(now: number): number {
    return this.#due - now;
  }

  /** Whether a file has settled. Each file is handed on once, and again when it has changed. */
  isReady(input: LocalInput, now: number): boolean {
    const key = keyOf(input);
    const { bytes = 0, modified = 0 } = input;
    const before = this.#seen.get(key);
    if (before?.bytes !== bytes || before.modified !== modified) {
      this.#seen.set(key, { bytes, modified, mark: markOf(now) });
      return this.#waitFor(now);
    }
    if (before.mark === HANDED_ON) return false;
    const since = Number.parseInt(before.mark, 16);
    if (now - since < this.#settleMs) return this.#waitFor(since);
    this.#seen.set(key, { bytes, modified, mark: HANDED_ON });
    return true;
  }

  #waitFor(since: number): false {
    this.#due = Math.min(this.#due, since + this.#settleMs);
    return false;
  }
}

function markOf(time: number): string {
  return Math.floor(time).toString(16).padStart(32, "0");
}

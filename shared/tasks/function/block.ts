import type { JsonObject } from "../task.ts";
import { FunctionCalls } from "./calls/functionCalls.ts";
import type { FunctionMode, FunctionSettings } from "./calls/protocol.ts";
import type { FunctionOptions } from "./options.ts";
import type { PartWriter } from "./partWriter.ts";
import { entryOf } from "./replies.ts";

export interface Block {
  readonly mode: FunctionMode;
  readonly options: FunctionOptions;
  /** Texts of the items from `from` on. */
  readonly items: AsyncIterable<readonly string[]>;
  /** Indexes of the first item, and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The block ends after the item that it is at then. */
  readonly budgetMs: number;
  /** Takes the entries of the items, with `,` and a new line between them. */
  readonly writer: PartWriter;
  readonly progress: () => void;
}

export interface BlockOutcome {
  /** Items that were called. */
  readonly done: number;
  readonly failed: number;
  /** Time that one call takes of late: the first ones also warm the engine up. */
  readonly itemMs: number;
  /** Lines of console output, as entries. */
  readonly printed: readonly string[];
  readonly dropped: number;
}

/** Most lines of console output of a result. */
export const MOST_LINES = 1_000;
/** Most characters of an item's result. */
const LONGEST_RESULT = 16_000_000;

/** Calls the function with items one after the other. @throws FileError as `itemsOf`; `bad_function` */
export async function callBlock(block: Block): Promise<BlockOutcome> {
  const ledger = new Ledger(block);
  const calls = new FunctionCalls(block.mode, settingsOf(block.options), ledger);
  try {
    await addItems(block, calls);
    await calls.all();
    return ledger.outcome();
  } finally {
    calls.close();
  }
}

async function addItems(block: Block, calls: FunctionCalls): Promise<void> {
  const adder = new Adder(block, calls);
  for await (const some of block.items) {
    for (const item of some) {
      if (adder.isOver) return;
      adder.add(item);
      if (!calls.hasRoom) await calls.room();
    }
    await block.writer.settle();
  }
}

class Adder {
  readonly #block: Block;
  readonly #calls: FunctionCalls;
  #index: number;
  #until: number | undefined;

  constructor(block: Block, calls: FunctionCalls) {
    this.#block = block;
    this.#calls = calls;
    this.#index = block.from;
  }

  get isOver(): boolean {
    if (this.#index >= this.#block.to) return true;
    if (this.#index === this.#block.from) return false;
    // The start of the process does not count.
    this.#until ??= performance.now() + this.#block.budgetMs;
    return performance.now() > this.#until;
  }

  add(item: string): void {
    this.#calls.add(item);
    this.#index += 1;
  }
}

function settingsOf(options: FunctionOptions): FunctionSettings {
  const { source, args, spread, retries, timeout_seconds, memory_mb: memoryMb } = options;
  const timeoutMs = timeout_seconds * 1_000;
  return {
    source,
    args: JSON.stringify(args),
    spread,
    retries,
    longest: LONGEST_RESULT,
    timeoutMs,
    memoryMb,
  };
}

/** Takes down what the calls reply. */
class Ledger {
  readonly #block: Block;
  readonly #printed: string[] = [];
  #dropped = 0;
  #done = 0;
  #failed = 0;
  #timed = 0;
  readonly #times: { readonly items: number; readonly ms: number }[] = [];

  constructor(block: Block) {
    this.#block = block;
  }

  onReply(reply: string): void {
    const { ok, text } = entryOf(this.#index, reply);
    this.#block.writer.add(this.#done === 0 ? text : `,\n${text}`);
    this.#done += 1;
    if (!ok) this.#failed += 1;
  }

  onPrinted(line: string): void {
    if (this.#printed.length >= MOST_LINES) this.#dropped += 1;
    else this.#printed.push(printedEntry(this.#index, line));
  }

  onDropped(lines: number): void {
    this.#dropped += lines;
  }

  onBusy(ms: number): void {
    this.#times.push({ items: this.#done - this.#timed, ms });
    this.#timed = this.#done;
  }

  onSign(): void {
    this.#block.progress();
  }

  get #index(): number {
    return this.#block.from + this.#done;
  }

  outcome(): BlockOutcome {
    const [done, failed, itemMs] = [this.#done, this.#failed, this.#itemMs()];
    return { done, failed, itemMs, printed: this.#printed, dropped: this.#dropped };
  }

  /** Mean over the last half of the items. */
  #itemMs(): number {
    let [items, ms] = [0, 0];
    for (const time of this.#times.toReversed()) {
      if (items > this.#done / 2) break;
      items += time.items;
      ms += time.ms;
    }
    return ms / Math.max(1, items);
  }
}

function printedEntry(index: number, line: string): string {
  const [level, text] = JSON.parse(line) as readonly [unknown, unknown];
  const entry: JsonObject = { index, level: String(level), text: String(text) };
  return JSON.stringify(entry);
}

import { FileError } from "../../../errors.ts";
import { FunctionProcess, type ProcessEnd } from "./functionProcess.ts";
import { keepProcess, takeProcess } from "./keptProcess.ts";
import {
  BUSY,
  DROPPED,
  type FunctionMode,
  type FunctionSettings,
  failedReply,
  PRINTED,
  READY,
  REFUSED,
  RENEW,
} from "./protocol.ts";

export interface CallEvents {
  /** The reply of the next item, in the order of the items. */
  readonly onReply: (reply: string) => void;
  /** A line of console output of the item whose reply comes next, as JSON: level and text. */
  readonly onPrinted: (line: string) => void;
  readonly onDropped: (lines: number) => void;
  /** Told of the time that the replies before it took. */
  readonly onBusy: (ms: number) => void;
  /** Called several times a second while a call runs. */
  readonly onSign: () => void;
}

interface CallEnding {
  readonly code: string;
  readonly message: string;
}

/** Work that waits at the process, so that it never idles; after its end as much may be done again. */
const AHEAD_MS = 20;
const MOST_AHEAD = 4_096;
const MOST_AHEAD_CHARACTERS = 1_000_000;
/** Time between two looks at deadline and memory. */
const LOOK_MS = 50;
/** The sandbox ends an overrun itself; the process is ended when that does not help. */
const GRACE_MS = 1_000;
/** Longest start of a process on a busy machine. */
const START_MS = 60_000;

/**
 * Calls a function with one item after the other, in a process that is ended when an item is over its time or memory: that
 * item gets the error, and a new process goes on with the next one.
 */
export class FunctionCalls {
  readonly #mode: FunctionMode;
  readonly #settings: FunctionSettings;
  readonly #events: CallEvents;
  readonly #timer: NodeJS.Timeout;
  #process: FunctionProcess | undefined;
  #isReady = false;
  /** Why the process was ended from here. */
  #ending: CallEnding | undefined;
  /** Items without a reply from `#first` on; the process has `#sent` of them. */
  #open: string[] = [];
  #first = 0;
  #sent = 0;
  #characters = 0;
  #width = 1;
  /** Replies since the process told of its time. */
  #replies = 0;
  /** Items that are sent one by one: one of them ended its process. */
  #careful = 0;
  #signAt = 0;
  #wake: () => void = () => undefined;
  #fault: Error | undefined;

  constructor(mode: FunctionMode, settings: FunctionSettings, events: CallEvents) {
    this.#mode = mode;
    this.#settings = settings;
    this.#events = events;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Whether an item can be added without waiting. */
  get hasRoom(): boolean {
    return this.#left < this.#width && this.#characters < MOST_AHEAD_CHARACTERS;
  }

  /** Items are sent together by the next call of `room` or `all`. */
  add(item: string): void {
    this.#open.push(item);
    this.#characters += item.length;
  }

  /** @throws FileError `bad_function` */
  async room(): Promise<void> {
    this.#pump();
    while (!this.hasRoom) await this.#change();
  }

  /** Resolves when every item has its reply. @throws FileError `bad_function` */
  async all(): Promise<void> {
    if (this.#left > 0) this.#pump();
    while (this.#left > 0) await this.#change();
  }

  close(): void {
    clearInterval(this.#timer);
    const isIdle = this.#isReady && this.#left === 0 && this.#fault === undefined;
    if (this.#process === undefined || !isIdle || this.#process.isTooLarge) this.#renew();
    else keepProcess(this.#process, this.#mode, this.#settings);
  }

  get #left(): number {
    return this.#open.length - this.#first;
  }

  async #change(): Promise<void> {
    if (this.#fault === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#fault !== undefined) throw this.#fault;
  }

  #pump(): void {
    if (this.#fault !== undefined) return;
    const most = this.#careful > 0 ? 1 : this.#width;
    if (this.#process === undefined) this.#start();
    if (this.#sent === 0) this.#signAt = performance.now();
    const items = this.#open.slice(this.#first + this.#sent, this.#first + most);
    this.#sent += items.length;
    if (items.length > 0) this.#process?.send(items);
  }

  #start(): void {
    this.#ending = undefined;
    this.#signAt = performance.now();
    const kept = takeProcess(this.#mode, this.#settings);
    this.#isReady = kept !== undefined;
    const started = kept ?? new FunctionProcess(this.#mode, this.#settings);
    this.#process = started;
    started.tell({
      onLines: (lines) => this.#process === started && this.#read(lines),
      onEnd: (end) => this.#process === started && this.#ended(end),
    });
  }

  #read(lines: readonly string[]): void {
    for (const line of lines) this.#take(line);
    this.#signAt = performance.now();
    this.#compact();
    if (this.#left > 0) this.#pump();
    this.#wake();
  }

  #take(line: string): void {
    const rest = line.slice(1);
    if (line[0] === "+" || line[0] === "-") this.#reply(line);
    else if (line[0] === PRINTED) this.#events.onPrinted(rest);
    else if (line[0] === DROPPED) this.#events.onDropped(Number(rest));
    else if (line[0] === BUSY) this.#adapt(Number(rest));
    else if (line[0] === READY) this.#isReady = true;
    else if (line[0] === RENEW) this.#renew();
    else if (line[0] === REFUSED) this.#refuse(String(JSON.parse(rest)));
  }

  #reply(reply: string): void {
    if (this.#sent === 0) return;
    this.#characters -= this.#open[this.#first]?.length ?? 0;
    this.#first += 1;
    this.#sent -= 1;
    this.#replies += 1;
    this.#careful = Math.max(0, this.#careful - 1);
    this.#events.onReply(reply);
  }

  /** Lets as many items wait at the process as it does in `AHEAD_MS`. */
  #adapt(ms: number): void {
    if (this.#replies === 0) return;
    this.#events.onBusy(ms);
    const itemMs = ms / this.#replies;
    this.#replies = 0;
    const wanted = Math.floor(AHEAD_MS / Math.max(itemMs, AHEAD_MS / MOST_AHEAD));
    this.#width = Math.max(1, Math.min(wanted, this.#width * 8));
  }

  #compact(): void {
    if (this.#first < MOST_AHEAD) return;
    this.#open = this.#open.slice(this.#first);
    this.#first = 0;
  }

  #renew(): void {
    this.#process?.kill();
    this.#process = undefined;
    this.#sent = 0;
  }

  #refuse(message: string): void {
    this.#fault ??= new FileError("bad_function", `The function cannot be used: ${message}`);
    this.#renew();
    this.#wake();
  }

  #look(): void {
    if (this.#process === undefined || this.#left === 0) return;
    this.#events.onSign();
    const { timeoutMs } = this.#settings;
    const allowed = timeoutMs + GRACE_MS + (this.#isReady ? 0 : START_MS);
    const timedOut = {
      code: "timed_out",
      message: `The call took longer than ${timeoutMs / 1_000} seconds (timeout_seconds).`,
    };
    if (this.#process.isTooLarge) this.#end(this.#outOfMemory);
    else if (performance.now() - this.#signAt > allowed) this.#end(timedOut);
  }

  #end(why: CallEnding): void {
    this.#ending ??= why;
    this.#process?.kill();
  }

  #ended(end: ProcessEnd): void {
    const { code, message } = this.#ending ?? this.#causeOf(end);
    this.#process = undefined;
    if (end.neverRan) this.#fault ??= new Error(message);
    if (!this.#isReady) {
      this.#refuse(`its process ended before it was made: ${message}`);
      return;
    }
    // Replies that were not sent yet are lost: one of the items that were at the process ended it.
    if (this.#sent > 1) this.#careful = this.#sent;
    else {
      this.#reply(failedReply(code, message));
      this.#adapt(performance.now() - this.#signAt);
    }
    this.#sent = 0;
    if (this.#left > 0) this.#pump();
    this.#wake();
  }

  #causeOf({ how, heapFull }: ProcessEnd) {
    return heapFull
      ? this.#outOfMemory
      : { code: "child_crashed", message: `The call ended its process: ${how}.` };
  }

  get #outOfMemory() {
    const { memoryMb } = this.#settings;
    return { code: "out_of_memory", message: `The call needs more than ${memoryMb} MB (memory_mb).` };
  }
}

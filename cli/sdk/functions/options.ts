import type { Job } from "../job.ts";
import type { FunctionError } from "./error.ts";

export interface FunctionSettingsOptions {
  /** `sandbox` by default; `trusted` is much faster, and needs slaves that trust the code of their clients. */
  readonly mode?: "sandbox" | "trusted" | undefined;
  /** Longest time of one call, seconds; 60 by default. */
  readonly timeout?: number | undefined;
  /** Most memory of the function, megabytes; 128 by default. */
  readonly memoryMb?: number | undefined;
  /** Further calls for an item whose call throws; 0 by default. */
  readonly retries?: number | undefined;
}

export interface MapOptions<Args extends readonly unknown[] = readonly unknown[]>
  extends FunctionSettingsOptions {
  /** Arguments after the item. */
  readonly args?: Args | undefined;
  /** Whether the list has the order of the items (the default), or that of their ends. */
  readonly ordered?: boolean | undefined;
  /** Whether an error of an item rejects the list (the default), or stands in it. */
  readonly errors?: "throw" | "return" | undefined;
  /** Most items that are called at the same time; by default as many as the fleet has slots. */
  readonly concurrency?: number | undefined;
  /** Name of the job for people. */
  readonly name?: string | undefined;
  /** Aborting it cancels the job. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MapProgress) => void) | undefined;
  /** Told of the function's console output when the file of its item has ended. */
  readonly onConsole?: ((line: ConsoleLine) => void) | undefined;
}

export interface MapProgress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

export interface ConsoleLine {
  readonly index: number;
  readonly level: string;
  readonly text: string;
}

/** The end of one item. */
export type MapEntry<Value> =
  | { readonly index: number; readonly value: Value; readonly error?: undefined }
  | { readonly index: number; readonly value?: undefined; readonly error: FunctionError };

/** A map that was sent: its job (none without items), and the ends of its items, some at a time. */
export interface StartedMap {
  readonly job: Job | undefined;
  readonly entries: AsyncIterable<readonly MapEntry<unknown>[]>;
}

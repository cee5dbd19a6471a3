import type { BullLane } from "./lane.ts";
import type { BullNews } from "./news.ts";

/** What holds the queues: a Redis, or a PostgreSQL database. Its calls throw the errors of its library. */
export interface QueueEngine {
  lane(name: string): Promise<BullLane>;
  /** A channel between the masters, with a listener of what the others, and this one, say. */
  news(onNews: (text: string) => void): Promise<BullNews>;
  /** Writes something, so that an engine without memory is noticed. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** `redis://…`, `rediss://…` or `postgres://…` */
  readonly url: string;
  /** Word that masters which share their jobs have in common; those of another word see none of their bundles. */
  readonly scope: string;
  /** Told of settings by which bundles may be lost. */
  readonly warn: (risk: string) => void;
}

/** Longest time for which an engine may owe an answer. */
export const ANSWER_MS = 4_000;

/** Name of a queue of BullMQ. */
export function nameIn(scope: string, name: string): string {
  return `manyhands.${scope}.${name}`;
}

import type { IQueueBackend, QueueEventsListener } from "bullmq";
import type { BullEngine } from "./lane.ts";

/** Events that an engine keeps for masters that are slow to read. */
const EVENTS = 2_000;

/** A channel between all masters. */
export interface BullNews {
  publish(text: string): Promise<void>;
  close(): Promise<void>;
}

interface Listener extends QueueEventsListener {
  news: (args: { readonly text: string }) => void;
}

/** @param listening a connection that may wait for long */
export async function openNews<B extends IQueueBackend, C>(
  { bull, connection, factory, prefix, name }: BullEngine<B, C> & { readonly name: string },
  listening: C,
  onNews: (text: string) => void,
): Promise<BullNews> {
  const events = new bull.QueueEvents<null, B, C>(name, { connection: listening, prefix }, factory);
  const producer = new bull.QueueEventsProducer<B, C>(name, { connection, prefix }, factory);
  // The events are made anew by themselves, and what fails otherwise is told by the call that it fails.
  events.on("error", () => undefined);
  producer.on("error", () => undefined);
  events.on<Listener, "news">("news", ({ text }) => onNews(text));
  const close = async () => {
    await Promise.allSettled([events.close(), producer.close()]);
  };
  try {
    await Promise.all([events.waitUntilReady(), producer.waitUntilReady()]);
  } catch (error) {
    await close();
    throw error;
  }
  return { publish: (text) => producer.publishEvent({ eventName: "news", text }, EVENTS), close };
}

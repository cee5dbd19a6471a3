import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { IQueueBackend, QueueEvents, QueueEventsListener } from "bullmq";
import type { BullEngine } from "./lane.ts";

/** Events that an engine keeps for masters that are slow to read. */
const EVENTS = 2_000;
/** Time between two events that ask whether events are heard, and how many are sent before the channel is used as it is. */
const ECHO_MS = 50;
const ECHOES = 100;

/** A channel between all masters. */
export interface BullNews {
  publish(text: string): Promise<void>;
  close(): Promise<void>;
}

interface Listener extends QueueEventsListener {
  news: (args: { readonly text: string }) => void;
  echo: (args: { readonly text: string }) => void;
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
    await heard(events, (text) => producer.publishEvent({ eventName: "echo", text }, EVENTS));
  } catch (error) {
    await close();
    throw error;
  }
  return { publish: (text) => producer.publishEvent({ eventName: "news", text }, EVENTS), close };
}

/**
 * Resolves when an event of this channel has come back. BullMQ calls it ready as soon as the engine answers, which may be
 * before its first look at the events: what is told until then would never be heard here.
 */
async function heard<B extends IQueueBackend, C>(
  events: QueueEvents<null, B, C>,
  echo: (text: string) => Promise<void>,
): Promise<void> {
  const id = randomUUID();
  let isHeard = false;
  const onEcho: Listener["echo"] = ({ text }) => {
    isHeard ||= text === id;
  };
  events.on<Listener, "echo">("echo", onEcho);
  for (let sent = 0; !isHeard && sent < ECHOES; sent += 1) {
    await echo(id);
    await sleep(ECHO_MS);
  }
  events.off<Listener, "echo">("echo", onEcho);
}

import type { BackendFactory, IQueueBackend, Job } from "bullmq";
import { HOLD_MS } from "../bundles.ts";
import type { BullLibrary } from "./library.ts";

/** Time between two searches for bundles that no master holds any more. Such a bundle is marked by one, and freed by the next. */
export const STALLED_MS = 2_000;
/** Events that an engine keeps for a queue: nothing here reads them. */
const EVENTS = 256;

/** What a bundle is for BullMQ. The text has its own escapes: a database stores no NUL in JSON. */
export type BundleJob = Job<{ readonly text: string }, null>;

export interface BundleToAdd {
  readonly name: string;
  readonly data: { readonly text: string };
  readonly opts: { readonly jobId: string; readonly priority: number };
}

/** The queue of BullMQ that holds the bundles of a lane. */
export interface BullLane {
  add(jobs: BundleToAdd[]): Promise<unknown>;
  take(token: string): Promise<BundleJob | undefined>;
  /** Resolves with the ids of those that could not be extended. */
  extend(ids: string[], tokens: string[]): Promise<readonly string[]>;
  /** Frees what is held no longer; resolves with the ids. */
  free(): Promise<readonly string[]>;
  isWaiting(id: string): Promise<boolean>;
  /** Removes what nothing holds; resolves with the number. */
  remove(id: string): Promise<number>;
  first(): Promise<BundleJob | undefined>;
  close(): Promise<void>;
}

/** Makes objects of BullMQ over one connection. */
export interface BullEngine<B extends IQueueBackend, C> {
  readonly bull: BullLibrary;
  readonly connection: C;
  readonly factory: BackendFactory<B, C>;
  /** Of the keys in a Redis. */
  readonly prefix: string;
}

/** @throws an error of the engine, when it does not answer */
export async function openLane<B extends IQueueBackend, C>(
  { bull, connection, factory, prefix }: BullEngine<B, C>,
  name: string,
): Promise<BullLane> {
  const defaultJobOptions = { removeOnComplete: true, removeOnFail: true } as const;
  const streams = { events: { maxLen: EVENTS } };
  const queue = new bull.Queue<{ text: string }, null, string, { text: string }, null, string, B, C>(
    name,
    { connection, prefix, defaultJobOptions, streams },
    factory,
  );
  const times = { lockDuration: HOLD_MS, stalledInterval: STALLED_MS };
  const worker = new bull.Worker<{ text: string }, null, string, B, never, C>(
    name,
    null,
    // A bundle is not to blame for masters that end.
    { connection, prefix, autorun: false, ...times, maxStalledCount: 2 ** 30 },
    // It never waits for a bundle, so it needs no connection for that.
    (of, options, wanted) => factory(of, options, { ...wanted, withBlockingConnection: false }),
  );
  // What fails is told by the call that it fails.
  queue.on("error", () => undefined);
  worker.on("error", () => undefined);
  const close = async () => {
    await Promise.allSettled([worker.close(true), queue.close()]);
  };
  try {
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    add: (jobs) => queue.addBulk(jobs),
    take: async (token) => await worker.getNextJob(token, { block: false }),
    extend: (ids, tokens) => worker.extendJobLocks(ids, tokens, HOLD_MS),
    free: () => worker.getBackend().moveStalledJobsToWait(),
    isWaiting: async (id) => (await queue.getJobState(id)) === "prioritized",
    remove: (id) => queue.remove(id),
    first: async () => (await queue.getJobs(["prioritized"], 0, 0, true))[0],
    close,
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { type Collected, type CollectOptions, folderChunks } from "../files/collect.ts";
import { FolderWatch } from "./folderWatch.ts";
import { Settling } from "./settling.ts";

export interface WatchTerms {
  readonly folder: string;
  readonly collect: CollectOptions;
  /** A file is sent when its size and time have not changed for this time, milliseconds. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

/** Files that have settled; with `isPause`, none comes for a while. */
export interface SettledFiles extends Collected {
  readonly isPause?: true;
}

/** Longest time between two looks: not every drive tells that a file has come. */
const LOOK_MS = 5_000;
/** Shortest time between two looks, and its share of the time that a look takes: events come in crowds. */
const LEAST_MS = 100;
const SHARE = 5;

/** The files of a folder that have stopped growing, those that are there first, until the signal is aborted. */
export async function* watchedFiles(terms: WatchTerms): AsyncGenerator<SettledFiles> {
  const { signal } = terms;
  const settling = new Settling(terms.settleMs);
  const changes = new FolderWatch();
  try {
    for (;;) {
      const began = performance.now();
      settling.begin();
      yield* look(terms, settling, changes);
      const now = performance.now();
      const least = LEAST_MS + (now - began) * SHARE;
      await sleep(least, undefined, { signal }).catch(() => signal.throwIfAborted());
      await changes.changed(Math.max(0, Math.min(LOOK_MS, settling.untilDue(now)) - least), signal);
    }
  } finally {
    changes.close();
  }
}

/** One look at all files of the folder. */
async function* look(
  { folder, collect }: WatchTerms,
  settling: Settling,
  changes: FolderWatch,
): AsyncGenerator<SettledFiles> {
  for await (const chunk of folderChunks(folder, collect)) {
    changes.add(chunk.folder);
    const now = performance.now();
    const inputs = chunk.inputs.filter((input) => settling.isReady(input, now));
    yield { inputs, problems: chunk.problems, leftOut: [] };
  }
  yield { inputs: [], problems: [], leftOut: [], isPause: true };
}

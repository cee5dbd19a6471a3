import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes by which the heap may grow beyond what lived in it, or a quarter of that if it is more. */
const GROWTH = 8 * 2 ** 20;
/** Bytes of buffers, which lie outside the heap, that may come on top of those that are in use. */
const BUFFERS = 3 * 2 ** 20;
/** The same of buffers that were in use for a while, so that only a look through the whole heap frees them. */
const LASTING_BUFFERS = 16 * 2 ** 20;
/** Percent by which the heap, buffers counted, grows before V8 looks through it on its own account. */
const V8_GROWTH = 300;
const LOOK_MS = 50;

/** Looks by which a collection that goes on beside the work is over; it takes 20 to 60 ms. */
const PATIENCE = 4;

type CollectYoung = () => void;

/**
 * Collects garbage whenever the heap has grown by some megabytes. V8 itself waits for several times of what
 * lives there, the longer the more memory the machine has: a master held 120 MB of garbage after 10,000 files.
 * Buffers, on the other hand, count for V8 as heap: with files in them it looked through all of it every hundred
 * files. They are for `freeBuffersEarly`, so V8 is told to wait longer. Returns its undoing.
 */
export function keepHeapSmall(): () => void {
  const collectYoung = exposeCollectYoung();
  setFlagsFromString(`--heap-growing-percent=${V8_GROWTH}`);
  return afterGrowth(oldBytes, (lived) => Math.max(GROWTH, lived / 4), besideTheWork(collectYoung));
}

/**
 * Frees buffers that nobody holds any more by looking through the youngest objects, which takes a millisecond.
 * V8 itself lets them pile up, as their handles are tiny, and then marks the whole heap every few megabytes
 * that go through the process: a third of what a large file cost. Returns its undoing.
 */
export function freeBuffersEarly(): () => void {
  const collectYoung = exposeCollectYoung();
  const young = afterGrowth(bufferBytes, () => BUFFERS, [collectYoung]);
  // What a look through the youngest frees is counted as freed at the next one only.
  const ways = [collectYoung, collectYoung, ...besideTheWork(collectYoung)];
  const all = afterGrowth(bufferBytes, () => LASTING_BUFFERS, ways);
  return () => {
    young();
    all();
  };
}

/**
 * A whole collection, and a while for it. One that is asked for outright stops the work for 20 ms, and drops the
 * compiled code of every function whose objects happen not to be there in that moment: 50 of a master's, each to be
 * compiled anew. One that V8 makes bit by bit drops none. V8 begins it of its own accord only; so it is shown a limit
 * that has been passed.
 */
function besideTheWork(collectYoung: CollectYoung): (() => void)[] {
  const begin = () => {
    setFlagsFromString("--incremental-marking-hard-trigger=1");
    // At the end of this one it looks at the limit.
    collectYoung();
    setFlagsFromString("--incremental-marking-hard-trigger=0");
  };
  return [begin, ...Array.from({ length: PATIENCE }, () => () => undefined)];
}

/**
 * `gc(true)` collects the young generation. Said by an object (`{ type: "minor" }`) V8 makes strings while it reads
 * that, which may begin the marking early; from version 12 on it then finishes the marking at once, in one pause.
 */
function exposeCollectYoung(): CollectYoung {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as (isMinor: true) => void;
  return () => gc(true);
}

/**
 * Collects whenever so many bytes came on top of the least since the last time: in one way after the other while that
 * does not help. Returns its undoing.
 */
function afterGrowth(
  measure: () => number,
  allowed: (least: number) => number,
  ways: readonly (() => void)[],
): () => void {
  let least = measure();
  let tried = 0;
  const timer = setInterval(() => {
    const now = measure();
    least = Math.min(least, now);
    if (now - least < allowed(least)) {
      tried = 0;
      return;
    }
    ways[tried]?.();
    tried += 1;
    if (tried < ways.length) return;
    tried = 0;
    least = measure();
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

/** What outlived its first moments; the rest is V8's to collect, which it does at once. */
function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")?.space_used_size ?? 0;
}

function bufferBytes(): number {
  return getHeapStatistics().external_memory;
}

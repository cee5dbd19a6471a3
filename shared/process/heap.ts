import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes by which the heap may grow beyond its live objects, or a quarter of those if that is more. */
const GROWTH = 8 * 2 ** 20;
/** Bytes of buffers, which are outside the heap, that may come on top of those in use. */
const BUFFERS = 3 * 2 ** 20;
/** The same for buffers whose handles are old, so that only a collection of the whole heap frees them. */
const LASTING_BUFFERS = 16 * 2 ** 20;
/** Percent by which the heap, buffers counted, grows before V8 itself collects all of it. */
const V8_GROWTH = 300;
/** Time between two readings of the sizes; V8 does not tell of growth. */
const READING_MS = 50;

/** Readings that an incremental collection gets before the next one; it takes 20 to 60 ms. */
const READINGS = 4;

type CollectYoung = () => void;

/**
 * Collects garbage whenever the heap has grown by some megabytes. V8 itself waits for several times the live bytes, and
 * longer on machines with more memory: a master held 120 MB of garbage after 10,000 files. V8 also counts buffers as
 * heap: with files in them it collected the whole heap every hundred files. `freeBuffersEarly` frees those, so V8 is told
 * to wait longer. Returns the function that ends it.
 */
export function keepHeapSmall(): () => void {
  const collectYoung = exposeCollectYoung();
  setFlagsFromString(`--heap-growing-percent=${V8_GROWTH}`);
  return afterGrowth(oldBytes, (lived) => Math.max(GROWTH, lived / 4), besideTheWork(collectYoung));
}

/**
 * Frees unused buffers by collecting the young generation, which takes a millisecond. V8 itself lets them pile up, as
 * their handles are tiny, and then marks the whole heap every few megabytes that go through the process: a third of the
 * cost of a large file. Returns the function that ends it.
 */
export function freeBuffersEarly(): () => void {
  const collectYoung = exposeCollectYoung();
  const young = afterGrowth(bufferBytes, () => BUFFERS, [collectYoung]);
  // V8 counts buffers that a young collection frees only at the next one.
  const ways = [collectYoung, collectYoung, ...besideTheWork(collectYoung)];
  const all = afterGrowth(bufferBytes, () => LASTING_BUFFERS, ways);
  return () => {
    young();
    all();
  };
}

/**
 * Begins an incremental collection of the whole heap and gives it some time. A full collection by `gc()` stops the work
 * for 20 ms and drops the compiled code of every function without live objects: 50 functions of a master, each of which
 * is then compiled again. An incremental collection drops none. V8 begins it only when a limit is passed, so the limit is
 * lowered for a moment.
 */
function besideTheWork(collectYoung: CollectYoung): (() => void)[] {
  const begin = () => {
    setFlagsFromString("--incremental-marking-hard-trigger=1");
    // V8 checks the limit at the end of a young collection.
    collectYoung();
    setFlagsFromString("--incremental-marking-hard-trigger=0");
  };
  return [begin, ...Array.from({ length: READINGS }, () => () => undefined)];
}

/**
 * `gc(true)` collects the young generation. To read the other form, `gc({ type: "minor" })`, V8 makes strings, and that
 * may begin the marking too early; V8 of Node 24 and later then finishes the marking in one pause.
 */
function exposeCollectYoung(): CollectYoung {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as (isMinor: true) => void;
  return () => gc(true);
}

/**
 * Collects whenever a size has grown by `allowed` bytes over its least value since the last collection; while that does
 * not help, each reading tries the next of `ways`. Returns the function that ends it.
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
  }, READING_MS).unref();
  return () => clearInterval(timer);
}

/** Bytes of the old generation; V8 itself collects the young one often. */
function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")?.space_used_size ?? 0;
}

function bufferBytes(): number {
  return getHeapStatistics().external_memory;
}

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

type Collect = (how?: { readonly type: "minor" }) => void;

/**
 * Collects garbage whenever the heap has grown by some megabytes. V8 itself waits for several times of what
 * lives there, the longer the more memory the machine has: a master held 120 MB of garbage after 10,000 files.
 * Buffers, on the other hand, count for V8 as heap: with files in them it looked through all of it every hundred
 * files, and dropped compiled code each time. They are for `freeBuffersEarly`, so V8 is told to wait longer.
 * Returns its undoing.
 */
export function keepHeapSmall(): () => void {
  const collect = exposeCollect();
  setFlagsFromString(`--heap-growing-percent=${V8_GROWTH}`);
  return afterGrowth(oldBytes, (lived) => Math.max(GROWTH, lived / 4), collect);
}

/**
 * Frees buffers that nobody holds any more by looking through the youngest objects, which takes a millisecond.
 * V8 itself lets them pile up, as their handles are tiny, and then marks the whole heap every few megabytes
 * that go through the process: a third of what a large file cost. Returns its undoing.
 */
export function freeBuffersEarly(): () => void {
  const collect = exposeCollect();
  const young = afterGrowth(
    bufferBytes,
    () => BUFFERS,
    () => collect({ type: "minor" }),
  );
  const all = afterGrowth(bufferBytes, () => LASTING_BUFFERS, collect);
  return () => {
    young();
    all();
  };
}

function exposeCollect(): Collect {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as Collect;
}

/** Collects whenever so many bytes came on top of the least since the last time. Returns its undoing. */
function afterGrowth(
  measure: () => number,
  allowed: (least: number) => number,
  collect: () => void,
): () => void {
  let least = measure();
  const timer = setInterval(() => {
    const now = measure();
    least = Math.min(least, now);
    if (now - least < allowed(least)) return;
    collect();
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
